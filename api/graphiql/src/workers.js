// Monaco asks for a worker by label; ours lie beside app.js, so no other host is ever asked.
const files = { graphql: "./graphql.worker.js", json: "./json.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(files[label] ?? "./editor.worker.js", import.meta.url), { name: label }),
};
