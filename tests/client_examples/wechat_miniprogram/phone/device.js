/** What the phone itself answers: language, place, network, a shake, a question to its owner. */

const { answer, Failure } = require("./callbacks");

const MOST_ITEMS = 6;

class Device {
  /** What the mini-program showed or did beside its pages: `[name, what]`. */
  done = [];
  /** Which item of the next action sheet its owner chooses; null to close it. */
  choice = null;
  #language;
  #place;
  #config;
  #network = new Set();

  /**
   * @param language as WeChat spells it, `zh_CN`
   * @param place `{ longitude, latitude }`; null where its owner refuses to tell
   * @param config the app.json
   */
  constructor({ language, place, config }) {
    this.#language = language;
    this.#place = place;
    this.#config = config;
  }

  /** Its owner changes their mind, or walks on. */
  move(place) {
    this.#place = place;
  }

  /** The network comes or goes. */
  connect(isConnected) {
    const networkType = isConnected ? "wifi" : "none";
    for (const listener of this.#network) listener({ isConnected, networkType });
  }

  api() {
    return {
      getAppBaseInfo: () => ({ language: this.#language }),
      getDeviceInfo: () => ({ brand: "HUAWEI", model: "TAS-AN00" }),
      getLocation: (options) => answer("getLocation", options, () => this.#located(options)),
      onNetworkStatusChange: (listener) => void this.#network.add(listener),
      offNetworkStatusChange: (listener) => void this.#network.delete(listener),
      setNavigationBarTitle: ({ title }) => this.#note("title", title),
      showToast: ({ title }) => this.#note("toast", title),
      showModal: ({ content }) => this.#note("modal", content),
      vibrateLong: () => this.#note("vibrateLong"),
      stopPullDownRefresh: () => this.#note("stopPullDownRefresh"),
      showActionSheet: (options) => answer("showActionSheet", options, () => this.#asked(options)),
    };
  }

  #note(name, what = null) {
    this.done.push([name, what]);
    return Promise.resolve({ errMsg: `${name}:ok` });
  }

  #located({ type = "wgs84" }) {
    if (!(this.#config.requiredPrivateInfos ?? []).includes("getLocation")) {
      throw new Failure(
        "the api need to be declared in the requiredPrivateInfos field in app.json/ext.json",
      );
    }
    if (!this.#config.permission?.["scope.userLocation"]?.desc) {
      throw new Failure("require permission desc");
    }
    if (this.#place === null) throw new Failure("auth deny");
    this.#note("getLocation", type);
    return { ...this.#place, accuracy: 30, speed: -1 };
  }

  #asked({ itemList }) {
    this.#note("showActionSheet", itemList);
    if (itemList.length > MOST_ITEMS) {
      throw new Failure(`parameter error: itemList should not be larger than ${MOST_ITEMS}`);
    }
    if (this.choice === null) throw new Failure("cancel");
    return { tapIndex: this.choice };
  }
}

module.exports = { Device };
