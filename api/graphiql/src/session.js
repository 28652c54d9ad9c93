// What the address brought along (#token=…&query=…) and what this browser tab keeps of it.

const TOKEN = "yiyang.token";

/** Read the fragment once, then take it out of the address bar and the history. */
export function takeFragment() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  const query = fragment.get("query");
  if (token !== null || query !== null) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  if (token !== null) keepToken(token);
  return { query };
}

export const keptToken = () => sessionStorage.getItem(TOKEN) ?? "";

/** A session's storage ends with the tab, and no other tab sees it. */
export function keepToken(token) {
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

/** The claims a JWT shows about itself, unverified: only for telling the reader who they are. */
export function claimsOf(token) {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? claims : null;
  } catch {
    return null;
  }
}
