// Bundles the page and its three workers into the folder named on the command line.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.js FOLDER");

// graphiql/style.css brings Monaco's styles; the same rules out of each module would come twice.
const monacoStylesOnce = {
  name: "monaco-styles-once",
  setup: ({ onLoad }) =>
    onLoad({ filter: /monaco-editor[\\/]esm[\\/].*\.css$/ }, () => ({ contents: "", loader: "empty" })),
};

const shared = {
  bundle: true,
  minify: true,
  target: "es2022",
  outdir: out,
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "eof",
  logLevel: "warning",
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  ...shared,
  entryPoints: { app: "src/app.jsx" },
  format: "esm",
  splitting: true, // Monaco and Prettier arrive when they are needed
  chunkNames: "parts/[name]-[hash]",
  jsx: "automatic",
  loader: { ".ttf": "file" },
  // The old names give CommonJS, whose names esbuild loses when it splits, and a second copy.
  alias: {
    "prettier/parser-babel": "prettier/plugins/babel",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  plugins: [monacoStylesOnce],
});
await build({
  ...shared,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  format: "iife",
});
await copyFile("src/index.html", `${out}/index.html`);
