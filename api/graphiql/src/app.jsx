import "./workers.js";
import "graphiql/style.css";
import "./app.css";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { createSession } from "./fetcher.js";
import { claimsOf, keepToken, keptToken, takeFragment } from "./session.js";
import { tabs } from "./tabs.js";

/** Who the token speaks for and until when, as the token itself says. */
function Who({ token }) {
  const claims = claimsOf(token);
  if (!token) return <span className="who">没有令牌 no token — yiyang token</span>;
  if (!claims) return <span className="who">令牌不是 JWT not a JWT</span>;
  const ends = typeof claims.exp === "number" ? new Date(claims.exp * 1000) : null;
  const over = ends !== null && ends < new Date();
  return (
    <span className={over ? "who over" : "who"}>
      {claims.role ?? claims.sub}
      {ends && ` · ${over ? "已过期 expired" : "至 until"} ${ends.toLocaleTimeString("zh-CN")}`}
    </span>
  );
}

function TokenBar({ token, onToken }) {
  return (
    <header className="token-bar">
      <strong>颐养 GraphiQL</strong>
      <label>
        令牌 token
        <input
          name="token"
          value={token}
          onChange={(event) => onToken(event.target.value.trim())}
          placeholder="yiyang token --role dispatcher"
          autoComplete="off"
          spellCheck="false"
        />
      </label>
      <Who token={token} />
    </header>
  );
}

function Page({ query }) {
  const [token, setToken] = useState(keptToken);
  const session = useMemo(() => createSession(token), [token]);
  useEffect(() => () => session.close(), [session]);
  const change = (next) => {
    keepToken(next);
    setToken(next);
  };
  return (
    <>
      <TokenBar token={token} onToken={change} />
      <main>
        <GraphiQL
          fetcher={session.fetcher}
          defaultTabs={tabs(query)}
          initialQuery={query ?? undefined}
          plugins={[HISTORY_PLUGIN]}
          shouldPersistHeaders={false}
        />
      </main>
    </>
  );
}

const { query } = takeFragment();
createRoot(document.getElementById("root")).render(<Page query={query} />);
