/** wx.connectSocket over real WebSockets, with WeChat's limits: five, and none while suspended. */

const { answer, Failure } = require("./callbacks");

const AT_ONCE = 5;

class Sockets {
  /** Address of every socket that was asked for. */
  asked = [];
  /** Every message of all of them, sent and received, in their order. */
  said = [];
  #mayAsk;
  #isSuspended = false;
  #open = new Set();

  /** @param mayAsk (url) => whether the project's settings let it be asked */
  constructor({ mayAsk }) {
    this.#mayAsk = mayAsk;
  }

  /** @returns a SocketTask; nothing where there can be none */
  connectSocket(options) {
    this.asked.push(options.url);
    const refusal = this.#refusal(options.url);
    const { success, fail = () => {}, complete } = options;
    answer("connectSocket", { success, fail, complete }, () => {
      if (refusal) throw refusal;
      return {};
    });
    if (refusal) return undefined;
    const task = new SocketTask(options, {
      gone: () => this.#open.delete(task),
      said: (text) => this.said.push(text),
    });
    this.#open.add(task);
    return task;
  }

  /** How many there are. */
  get count() {
    return this.#open.size;
  }

  /** Five seconds after the mini-program was hidden: WeChat closes what is open. */
  suspend() {
    this.#isSuspended = true;
    for (const task of this.#open) task.interrupt();
  }

  resume() {
    this.#isSuspended = false;
  }

  #refusal(url) {
    if (this.#isSuspended) return new Failure("interrupted", 600003);
    if (!this.#mayAsk(url)) return new Failure("url not in domain list", 600002);
    // WeChat does say "fail" twice.
    if (this.#open.size >= AT_ONCE) {
      return new Failure(`fail reach max websocket connect count ${AT_ONCE}`, 600004);
    }
    return null;
  }
}

class SocketTask {
  #socket;
  #heard = { open: [], message: [], close: [], error: [] };
  #isInterrupted = false;
  #said;

  constructor({ url, protocols = [] }, { gone, said }) {
    this.#said = said;
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onopen = () => this.#tell("open", { header: {}, profile: {} });
    this.#socket.onmessage = ({ data }) => {
      said(data);
      this.#tell("message", { data });
    };
    const trouble = { errMsg: "connectSocket:fail", errno: 600001 };
    this.#socket.onerror = () => this.#tell("error", trouble);
    this.#socket.onclose = ({ code, reason }) => {
      gone();
      this.#tell("close", { code, reason });
    };
  }

  onOpen(listener) {
    this.#heard.open.push(listener);
  }

  onMessage(listener) {
    this.#heard.message.push(listener);
  }

  onClose(listener) {
    this.#heard.close.push(listener);
  }

  onError(listener) {
    this.#heard.error.push(listener);
  }

  send(options) {
    answer("sendSocketMessage", options, () => {
      if (this.#isInterrupted) throw new Failure("interrupted", 600003);
      if (this.#socket.readyState !== WebSocket.OPEN) {
        throw new Failure("WebSocket is not connected", 600005);
      }
      this.#socket.send(options.data);
      this.#said(options.data);
      return {};
    });
  }

  close(options) {
    const { code = 1000, reason = "", success, fail = () => {}, complete } = options;
    answer("closeSocket", { success, fail, complete }, () => {
      if (this.#socket.readyState > WebSocket.OPEN) {
        throw new Failure("WebSocket is not connected", 600005);
      }
      this.#socket.close(code, reason);
      return {};
    });
  }

  interrupt() {
    this.#isInterrupted = true;
    this.#socket.close();
  }

  #tell(what, event) {
    for (const listener of this.#heard[what]) listener(event);
  }
}

module.exports = { Sockets };
