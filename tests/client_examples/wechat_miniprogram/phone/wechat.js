/** What WeChat says of the phone's owner, by codes that are good once, and of the mini-program. */

const { answer, Failure } = require("./callbacks");

class Wechat {
  /** Whether its owner agrees to tell the number, and to be sent messages. */
  isWilling = true;
  #url;
  #openid;
  #appId;
  #version;

  /**
   * @param url of WeChat's stand-in; null where the developer tools run with the tourist's app id
   * @param openid the owner's
   * @param appId the mini-program's
   * @param version `develop`, `trial` or `release`
   */
  constructor({ url, openid, appId, version }) {
    this.#url = url;
    this.#openid = openid;
    this.#appId = appId;
    this.#version = version;
  }

  api() {
    const miniProgram = { appId: this.#appId, envVersion: this.#version, version: "" };
    return {
      getAccountInfoSync: () => ({ miniProgram }),
      login: (options = {}) =>
        answer("login", options, async () => ({ code: await this.#code("login") })),
      requestSubscribeMessage: (options) =>
        answer("requestSubscribeMessage", options, () => this.#consents(options)),
    };
  }

  /** What the phone button's event carries. */
  async shared() {
    if (!this.isWilling) return { errMsg: "getPhoneNumber:fail user deny" };
    return { code: await this.#code("number"), errMsg: "getPhoneNumber:ok" };
  }

  #consents({ tmplIds }) {
    const word = this.isWilling ? "accept" : "reject";
    return Object.fromEntries(tmplIds.map((template) => [template, word]));
  }

  async #code(what) {
    if (this.#url === null) return "the code is a mock one";
    try {
      return await (await fetch(`${this.#url}/phones/${this.#openid}/${what}`)).text();
    } catch {
      throw new Failure("request fail", 600001);
    }
  }
}

module.exports = { Wechat };
