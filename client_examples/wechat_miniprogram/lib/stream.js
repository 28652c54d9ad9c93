/**
 * A subscription over graphql-transport-ws that resumes by its cursor after any break, and lets go
 * of its socket while the page is hidden: WeChat closes it anyway after a few seconds.
 */

const { Backoff } = require("./backoff");
const { REFUSED } = require("./http");

const PROTOCOL = "graphql-transport-ws";
const ONLY_ID = "1";
const ACK_MS = 10000;
const PING_EVERY_MS = 20000;
const PONG_MS = 8000;
const PONG_WHEN_WOKEN_MS = 3000;
const UNAUTHORIZED = [4401, 4403];
const CURSOR_IS_NO_USE = ["CURSOR_EXPIRED", "INVALID_INPUT"];

class Stream {
  /**
   * @param {object} parts
   * @param {() => string} parts.url of the WebSocket, `ws:` or `wss:`
   * @param {string} parts.query a subscription with the variable `$after`, one root field, `cursor`
   *   in it
   * @param {(spoilt: string | null) => Promise<string>} parts.token a token, another than the one
   *   that the server has refused
   * @param {object} parts.hello what the payload of `connection_init` has beside it
   * @param {{ event(change: any): void, live(): void, broken(): void, cursorLost(): void,
   *   refused(): void }} parts.heard
   */
  constructor({ url, query, token, hello, heard }) {
    this.url = url;
    this.query = query;
    this.token = token;
    this.hello = hello;
    this.heard = heard;
    this.backoff = new Backoff();
    /** @type {string | null} */
    this.cursor = null;
    this.isPaused = false;
    /** The token that the server has refused. @type {string | null} */
    this.spoilt = null;
    /** @type {WechatMiniprogram.SocketTask | null} */
    this.task = null;
    /** Number of the socket that counts; whatever an earlier one says is not listened to. */
    this.attempt = 0;
    this.retry = 0;
    this.beat = 0;
    this.deadline = 0;
  }

  /** Follow what happens after a cursor; at once, or when the page is shown again. */
  start(cursor) {
    this.stop();
    this.cursor = cursor;
    if (!this.isPaused) this.open();
  }

  stop() {
    this.letGo();
    this.cursor = null;
  }

  /** The page is hidden: no socket, no timer, but the cursor is kept. */
  pause() {
    this.isPaused = true;
    this.letGo();
  }

  /** The page is shown: go on after the last cursor. */
  resume() {
    this.isPaused = false;
    if (this.cursor === null || this.task) return;
    this.letGo();
    this.backoff.reset();
    this.open();
  }

  /** The network has changed: connect now, or see whether the socket still lives. */
  wake() {
    if (this.cursor === null || this.isPaused) return;
    if (this.beat) return this.ping(PONG_WHEN_WOKEN_MS);
    this.letGo();
    this.backoff.reset();
    this.open();
  }

  open() {
    const attempt = this.attempt;
    const mine = (handle) => (event) => {
      if (attempt === this.attempt) handle(event);
    };
    this.expect(ACK_MS);
    this.token(this.spoilt).then(
      mine((token) => this.connect(token, mine)),
      mine((error) => (error.kind === REFUSED ? this.refused() : this.again())),
    );
  }

  connect(token, mine) {
    const again = mine(() => this.again());
    const payload = Object.assign({ token }, this.hello);
    const hello = () => this.send({ type: "connection_init", payload });
    const task = wx.connectSocket({ url: this.url(), protocols: [PROTOCOL], fail: again });
    // Where WeChat refuses at once, as with five sockets open already, only `fail` is certain.
    if (!task) return;
    this.task = task;
    task.onOpen(mine(hello));
    task.onMessage(mine(({ data }) => this.receive(JSON.parse(data))));
    task.onClose(mine(({ code }) => this.closed(code, token)));
    task.onError(again);
  }

  receive(message) {
    this.alive();
    switch (message.type) {
      case "connection_ack":
        return this.subscribe();
      case "next":
        this.backoff.reset();
        return this.next(message.payload);
      case "pong":
        return this.backoff.reset();
      case "error":
        return this.trouble(message.payload);
      case "ping":
        return this.send({ type: "pong" });
      case "complete":
        return this.again();
    }
  }

  subscribe() {
    const payload = { query: this.query, variables: { after: this.cursor } };
    this.send({ id: ONLY_ID, type: "subscribe", payload });
    this.beat = setInterval(() => this.ping(PONG_MS), PING_EVERY_MS);
    this.heard.live();
  }

  next({ data, errors }) {
    if (errors) return this.trouble(errors);
    const change = data[Object.keys(data)[0]];
    this.heard.event(change);
    this.cursor = change.cursor;
  }

  trouble([error]) {
    const { code } = error.extensions || {};
    if (CURSOR_IS_NO_USE.indexOf(code) === -1) return this.again();
    this.stop();
    this.heard.cursorLost();
  }

  /** A token's time ends on the socket too: with the next one the stream goes on. */
  closed(code, token) {
    if (UNAUTHORIZED.indexOf(code) !== -1) this.spoilt = token;
    this.again();
  }

  refused() {
    this.stop();
    this.heard.refused();
  }

  /** Give this socket up and try another one, after a while. */
  again() {
    this.letGo();
    this.heard.broken();
    this.retry = setTimeout(() => this.open(), this.backoff.next());
  }

  ping(patience) {
    this.send({ type: "ping" });
    this.expect(patience);
  }

  /** Whatever arrives is a sign of life; silence beyond the deadline is the end of a socket. */
  expect(patience) {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.again(), patience);
  }

  alive() {
    clearTimeout(this.deadline);
  }

  letGo() {
    clearTimeout(this.retry);
    clearTimeout(this.deadline);
    clearInterval(this.beat);
    this.beat = 0;
    this.attempt += 1;
    const task = this.task;
    this.task = null;
    if (task) task.close({});
  }

  send(message) {
    // One that cannot be sent is missed by the deadline, which gives the socket up.
    if (this.task) this.task.send({ data: JSON.stringify(message), fail: () => {} });
  }
}

module.exports = { Stream };
