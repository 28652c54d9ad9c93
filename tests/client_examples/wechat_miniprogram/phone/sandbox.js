/**
 * Runs the mini-program's files as WeChat does: strict, with its own timers, without what only
 * browsers and Node have, and with no package to require.
 */

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const MISSING = [
  "window",
  "document",
  "navigator",
  "localStorage",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "URL",
  "URLSearchParams",
  "AbortController",
  "TextEncoder",
  "TextDecoder",
  "Intl",
  "structuredClone",
  "queueMicrotask",
  "atob",
  "btoa",
  "process",
  "Buffer",
  "setImmediate",
];

/**
 * @param root the mini-program's folder
 * @param globals what its files find beside `wx`, `App` and `Component`
 */
function enclose(root, globals) {
  const load = Module._extensions[".js"];
  const names = Object.keys(globals).join(", ");
  // All on one line, so that the lines of an error are those of the file.
  const prefix =
    `"use strict"; const { ${names} } = globalThis.${PLACE}; ` +
    `const ${MISSING.map((name) => `${name} = undefined`).join(", ")}; ` +
    `require = globalThis.${PLACE}.relativeOnly(require); `;
  globalThis[PLACE] = { ...globals, relativeOnly };
  Module._extensions[".js"] = (module, file) => {
    if (!file.startsWith(root + path.sep)) return load(module, file);
    module._compile(prefix + fs.readFileSync(file, "utf8"), file);
  };
}

const PLACE = "__wechat__";

function relativeOnly(require) {
  return (name) => {
    if (!/^\.{1,2}\//.test(name)) throw new Error(`module '${name}' is not defined`);
    return require(name);
  };
}

module.exports = { enclose };
