/**
 * A phone with the mini-program on it, driven by lines of JSON: `[name, ...arguments]` in,
 * `{ value }` or `{ error }` out. Its one argument is `{ root, storage, language, place, wechat }`.
 */

const path = require("node:path");
const readline = require("node:readline");
const { JSDOM } = require("jsdom");

const { window } = new JSDOM("<!doctype html><html><head></head><body></body></html>");
// No more than these: Node's own Event must stay, its WebSocket needs it.
globalThis.window = window;
globalThis.document = window.document;

const { Device } = require("./device");
const { Requests } = require("./requests");
const { enclose } = require("./sandbox");
const { Screen } = require("./screen");
const { Sockets } = require("./sockets");
const { Stage } = require("./stage");
const { Storage } = require("./storage");
const { Timers } = require("./timers");
const { Wechat } = require("./wechat");

/** What was thrown and caught by nobody, and what was written to the console. */
const faults = [];
const inWords = (error) => String(error?.stack ?? JSON.stringify(error));
process.on("uncaughtException", (error) => faults.push(inWords(error)));
process.on("unhandledRejection", (error) => faults.push(inWords(error)));
for (const level of ["log", "warn", "error"]) {
  console[level] = (...words) => faults.push(`console.${level}: ${words.join(" ")}`);
}

const options = JSON.parse(process.argv[2]);
const { root, storage: file, language, place, compiler } = options;
const config = require(path.join(root, "app.json"));
const { setting } = require(path.join(root, "project.config.json"));
// Without a check of domains, as in the developer tools; with it only TLS is let through.
const mayAsk = (url) => !setting.urlCheck || /^(https|wss):/.test(url);

const timers = new Timers();
const requests = new Requests({ mayAsk });
const sockets = new Sockets({ mayAsk });
const storage = new Storage(file);
const device = new Device({ language, place, config });
const wechat = new Wechat(options.wechat);
const stage = new Stage({ root, config, compiler });
const screen = new Screen(() => stage.top.place, wechat);

// Strictly what is here: a call of anything else is to fail.
globalThis.wx = {
  ...device.api(),
  ...wechat.api(),
  ...stage.api(),
  request: (options) => requests.request(options),
  connectSocket: (options) => sockets.connectSocket(options),
  getStorageSync: (key) => storage.getStorageSync(key),
  setStorageSync: (key, data) => storage.setStorageSync(key, data),
  removeStorageSync: (key) => storage.removeStorageSync(key),
};
enclose(root, { ...timers.globals() });

const COMMANDS = {
  launch: () => stage.launch(),
  page: () => stage.top.route,
  depth: () => stage.depth,
  text: () => screen.text(),
  texts: (name) => screen.texts(name),
  attributes: (name, attribute) => screen.attributes(name, attribute),
  tap: (name, number) => screen.tap(name, number),
  type: (name, value) => screen.type(name, value),
  pick: (name, index) => screen.pick(name, index),
  share: (isWilling) => {
    wechat.isWilling = isWilling;
  },
  gesture: (name) => stage.gesture(name),
  hide: () => stage.hide(),
  /** What WeChat does to a program that has been hidden for five seconds. */
  suspend() {
    requests.suspend();
    sockets.suspend();
    timers.suspend();
  },
  show() {
    requests.resume();
    sockets.resume();
    timers.resume();
    stage.show();
  },
  advance: (milliseconds) => timers.advance(milliseconds),
  /** No timer fires by itself any more. */
  freeze: () => timers.suspend(),
  connect: (isConnected) => device.connect(isConnected),
  move: (to) => device.move(to),
  choose: (choice) => {
    device.choice = choice;
  },
  done: () => device.done,
  asked: () => requests.asked,
  sockets: () => ({ asked: sockets.asked, open: sockets.count, said: sockets.said }),
  faults: () => faults,
  /** Run a piece of JavaScript as a page's own, with `wx` and the file of that name in lib/. */
  run: (code) => new Function("wx", "lib", `"use strict"; return (async () => { ${code} })()`)(
    wx,
    (name) => require(path.join(root, "lib", name)),
  ),
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const [name, ...values] = JSON.parse(line);
  let reply;
  try {
    reply = { value: (await COMMANDS[name](...values)) ?? null };
  } catch (error) {
    reply = { error: inWords(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}).on("close", () => process.exit());
