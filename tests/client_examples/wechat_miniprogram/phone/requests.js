/** wx.request over real HTTP, with WeChat's limits: ten at once, none while suspended. */

const http = require("node:http");
const { answer, Failure } = require("./callbacks");

const AT_ONCE = 10;
const TIMEOUT_MS = 60_000;

class Requests {
  /** Every request that was made: `{ url, header, data }`. */
  asked = [];
  #mayAsk;
  #isSuspended = false;
  #waiting = [];
  #underWay = new Set();
  #agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

  /** @param mayAsk (url) => whether the project's settings let it be asked */
  constructor({ mayAsk }) {
    this.#mayAsk = mayAsk;
  }

  request(options) {
    this.asked.push({ url: options.url, header: options.header, data: options.data });
    const task = { abort: () => this.#end(task, "abort") };
    answer("request", { fail: () => {}, ...options }, () => this.#run(task, options));
    return task;
  }

  /** Five seconds after the mini-program was hidden: WeChat ends what is under way. */
  suspend() {
    this.#isSuspended = true;
    for (const task of [...this.#waiting, ...this.#underWay]) this.#end(task, "interrupted");
  }

  resume() {
    this.#isSuspended = false;
  }

  close() {
    this.#agent.destroy();
  }

  #run(task, options) {
    if (this.#isSuspended) throw new Failure("interrupted", 600003);
    if (!this.#mayAsk(options.url)) throw new Failure("url not in domain list", 600002);
    return new Promise((resolve, reject) => {
      Object.assign(task, { options, resolve, reject });
      this.#waiting.push(task);
      this.#next();
    });
  }

  #next() {
    while (this.#waiting.length > 0 && this.#underWay.size < AT_ONCE) {
      const task = this.#waiting.shift();
      this.#underWay.add(task);
      this.#send(task).then(task.resolve, task.reject).finally(() => this.#done(task));
    }
  }

  #done(task) {
    this.#underWay.delete(task);
    this.#next();
  }

  #end(task, why) {
    this.#waiting = this.#waiting.filter((other) => other !== task);
    task.reject?.(new Failure(why, 600003));
    task.sent?.destroy();
  }

  #send(task) {
    const { url, method = "GET", header = {}, data, timeout = TIMEOUT_MS } = task.options;
    const headers = { "content-type": "application/json", ...lowered(header), referer: REFERER };
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new Failure("timeout", 5));
        task.sent.destroy();
      }, timeout);
      task.sent = http.request(url, { method, headers, agent: this.#agent }, (response) => {
        received(response).then(resolve, reject);
      });
      task.sent.on("error", (error) => reject(new Failure(inWords(error), 600001)));
      task.sent.on("close", () => clearTimeout(deadline));
      task.sent.end(data === undefined ? undefined : JSON.stringify(data));
    });
  }
}

/** WeChat sets it, and lets nobody change it. */
const REFERER = "https://servicewechat.com/touristappid/devtools/page-frame.html";

function lowered(header) {
  return Object.fromEntries(
    Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Whatever its status is, an answer is a success. JSON is parsed; what is none stays a string. */
async function received(response) {
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
  } catch (error) {
    throw new Failure(inWords(error), 600001);
  }
  let data = text;
  try {
    data = JSON.parse(text);
  } catch {}
  return { data, statusCode: response.statusCode, header: response.headers, cookies: [] };
}

/** As Android's network library names it. */
function inWords({ code, message }) {
  const known = {
    ECONNREFUSED: [-102, "CONNECTION_REFUSED"],
    ECONNRESET: [-101, "CONNECTION_RESET"],
  };
  const [number, name] = known[code] ?? [-2, `FAILED (${message})`];
  return `errcode:${number} cronet_error_code:${number} error_msg:net::ERR_${name}`;
}

module.exports = { Requests };
