/** The mini-program itself: its app, its pages in a stack, shown and hidden as WeChat does. */

const fs = require("node:fs");
const path = require("node:path");
const simulate = require("miniprogram-simulate");
const { answer, Failure } = require("./callbacks");

const MOST_PAGES = 10;

class Stage {
  #root;
  #config;
  #compiler;
  #stack = [];
  #loaded = new Map();
  #app;
  #isHidden = false;

  /**
   * @param root the mini-program's folder
   * @param compiler `official`, WeChat's own, or `simulate`
   */
  constructor({ root, config, compiler }) {
    this.#root = root;
    this.#config = config;
    this.#compiler = compiler;
  }

  /** Start the app and open its first page. */
  launch() {
    globalThis.App = (app) => {
      this.#app = app;
    };
    require(path.join(this.#root, "app.js"));
    this.#app.onLaunch?.({});
    this.#app.onShow?.({});
    this.#push(`/${this.#config.pages[0]}`);
  }

  /** The page in front. */
  get top() {
    return this.#stack.at(-1);
  }

  get depth() {
    return this.#stack.length;
  }

  hide() {
    this.#isHidden = true;
    this.#tell(this.top, "Hide");
    this.#app.onHide?.();
  }

  show() {
    this.#isHidden = false;
    this.#app.onShow?.({});
    this.#tell(this.top, "Show");
  }

  /** The page in front is pulled down, or read to its end. */
  gesture(name) {
    this.top.component.instance[name]?.();
  }

  api() {
    return {
      navigateTo: (options) => answer("navigateTo", options, () => this.#navigate(options.url)),
      navigateBack: (options = {}) => answer("navigateBack", options, () => this.#back()),
      reLaunch: (options) => answer("reLaunch", options, () => this.#relaunch(options.url)),
    };
  }

  #navigate(url) {
    if (this.#stack.length >= MOST_PAGES) throw new Failure("webview count limit exceed");
    this.#route(url);
    this.#tell(this.top, "Hide");
    this.top.place.remove();
    this.#push(url);
    return {};
  }

  #back() {
    if (this.#stack.length === 1) throw new Failure("cannot navigate back at first page.");
    this.#pop();
    document.body.appendChild(this.top.place);
    if (!this.#isHidden) this.#tell(this.top, "Show");
    return {};
  }

  #relaunch(url) {
    this.#route(url);
    while (this.#stack.length > 0) this.#pop();
    this.#push(url);
    return {};
  }

  #route(url) {
    const [route] = url.replace(/^\//, "").split("?");
    if (!this.#config.pages.includes(route)) throw new Failure(`page "${route}" is not found`);
    return route;
  }

  #push(url) {
    const route = this.#route(url);
    const component = simulate.render(this.#load(route));
    const page = { route, component, place: document.createElement("div") };
    this.#stack.push(page);
    document.body.appendChild(page.place);
    component.attach(page.place);
    component.instance.onLoad?.(Object.fromEntries(new URLSearchParams(url.split("?")[1] ?? "")));
    if (!this.#isHidden && this.top === page) this.#tell(page, "Show");
    component.instance.onReady?.();
  }

  #pop() {
    const page = this.#stack.pop();
    page.component.instance.onUnload?.();
    page.component.detach();
    page.place.remove();
  }

  /** Both ways in which a page that is a Component may listen. */
  #tell(page, event) {
    page.component.instance[`on${event}`]?.();
    page.component.triggerPageLifeTime(event.toLowerCase());
  }

  #load(route) {
    const file = path.join(this.#root, route);
    if (!fs.existsSync(`${file}.wxml`)) throw new Error(`${route}.wxml is missing`);
    if (!this.#loaded.has(route)) {
      const options = { compiler: this.#compiler, rootPath: this.#root };
      this.#loaded.set(route, simulate.load(file, path.basename(route), options));
    }
    return this.#loaded.get(route);
  }
}

module.exports = { Stage };
