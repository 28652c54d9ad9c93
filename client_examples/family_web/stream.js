/** A subscription over graphql-transport-ws that resumes by its cursor after any break. */

import { Backoff } from "./backoff.js";

const PROTOCOL = "graphql-transport-ws";
const ONLY_ID = "1";
const ACK_MS = 10_000;
const PING_EVERY_MS = 20_000;
const PONG_MS = 8_000;
const PONG_WHEN_WOKEN_MS = 3_000;
const UNAUTHORIZED = [4401, 4403];
const CURSOR_IS_NO_USE = ["CURSOR_EXPIRED", "INVALID_INPUT"];

export class Stream {
  #url;
  #query;
  #hello;
  #heard;
  #socket = null;
  #cursor = null;
  #backoff = new Backoff();
  #retry = 0;
  #beat = 0;
  #deadline = 0;

  /**
   * @param url of the WebSocket, `ws:` or `wss:`
   * @param query a subscription with the variable `$after`, one root field, `cursor` in it
   * @param hello () => the payload of `connection_init`
   * @param heard `{ event(change), live(), broken(), cursorLost(), refused() }`
   */
  constructor({ url, query, hello, heard }) {
    this.#url = url;
    this.#query = query;
    this.#hello = hello;
    this.#heard = heard;
  }

  /** Follow what happens after a cursor. */
  start(cursor) {
    this.stop();
    this.#cursor = cursor;
    this.#open();
  }

  stop() {
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#letGo();
    this.#cursor = null;
  }

  /** The network or the reader is back: connect now, or see whether the socket still lives. */
  wake() {
    if (this.#cursor === null) return;
    if (this.#retry) {
      clearTimeout(this.#retry);
      this.#backoff.reset();
      this.#open();
    } else if (this.#beat) {
      this.#ping(PONG_WHEN_WOKEN_MS);
    }
  }

  #open() {
    this.#retry = 0;
    const socket = new WebSocket(this.#url, PROTOCOL);
    this.#socket = socket;
    this.#expect(ACK_MS);
    // A socket that has been let go may still speak; it is not listened to.
    const mine = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = mine(() => this.#send({ type: "connection_init", payload: this.#hello() }));
    socket.onmessage = mine((event) => this.#receive(JSON.parse(event.data)));
    socket.onclose = mine((event) => this.#closed(event.code));
  }

  #receive(message) {
    this.#alive();
    switch (message.type) {
      case "connection_ack":
        return this.#subscribe();
      case "next":
        this.#backoff.reset();
        return this.#next(message.payload);
      case "pong":
        return this.#backoff.reset();
      case "error":
        return this.#trouble(message.payload);
      case "ping":
        return this.#send({ type: "pong" });
      case "complete":
        return this.#again();
    }
  }

  #subscribe() {
    const payload = { query: this.#query, variables: { after: this.#cursor } };
    this.#send({ id: ONLY_ID, type: "subscribe", payload });
    this.#beat = setInterval(() => this.#ping(PONG_MS), PING_EVERY_MS);
    this.#heard.live();
  }

  #next({ data, errors }) {
    if (errors) return this.#trouble(errors);
    const [change] = Object.values(data);
    this.#heard.event(change);
    this.#cursor = change.cursor;
  }

  #trouble(errors) {
    const code = errors[0]?.extensions?.code;
    if (!CURSOR_IS_NO_USE.includes(code)) return this.#again();
    this.stop();
    this.#heard.cursorLost();
  }

  #closed(code) {
    if (!UNAUTHORIZED.includes(code)) return this.#again();
    this.stop();
    this.#heard.refused();
  }

  /** Give this socket up and try another one, after a while. */
  #again() {
    this.#letGo();
    this.#heard.broken();
    this.#retry = setTimeout(() => this.#open(), this.#backoff.next());
  }

  #ping(patience) {
    this.#send({ type: "ping" });
    this.#expect(patience);
  }

  /** Whatever arrives is a sign of life; silence beyond the deadline is the end of a socket. */
  #expect(patience) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#again(), patience);
  }

  #alive() {
    clearTimeout(this.#deadline);
  }

  #letGo() {
    clearInterval(this.#beat);
    clearTimeout(this.#deadline);
    this.#beat = 0;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
