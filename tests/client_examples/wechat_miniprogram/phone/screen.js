/** What the page in front shows, and a finger on it. */

const exparser = require("miniprogram-exparser");

class Screen {
  #dom;
  #wechat;

  /**
   * @param dom () => the element of the page in front
   * @param wechat asks the owner where a button is WeChat's own
   */
  constructor(dom, wechat) {
    this.#dom = dom;
    this.#wechat = wechat;
  }

  /** Everything that can be read, from top to bottom. */
  text() {
    return readable(this.#dom());
  }

  /** What each element of a class says. */
  texts(name) {
    return this.#all(name).map(readable);
  }

  /** An attribute of each element of a class: `disabled`, `value`, … */
  attributes(name, attribute) {
    return this.#all(name).map((element) => attributeOf(element, attribute) ?? null);
  }

  /** Touch the element of a class; among several, the one with the number. */
  async tap(name, number = 0) {
    const element = this.#one(name, number);
    if (attributeOf(element, "disabled")) throw new Error(`.${name} is disabled`);
    dispatch(element, "tap", {});
    // The two compilers write its name each in their own way.
    const opens = attributeOf(element, "openType") ?? attributeOf(element, "open-type");
    if (opens === "getPhoneNumber") dispatch(element, "getphonenumber", await this.#wechat.shared());
  }

  /** Choose from the picker of a class the item with the index. */
  pick(name, index) {
    const element = this.#one(name, 0);
    if (attributeOf(element, "range")?.[index] === undefined) throw new Error(`no item ${index}`);
    dispatch(element, "change", { value: String(index) });
  }

  /** Type into the field of a class. */
  type(name, value) {
    dispatch(this.#one(name, 0), "input", { value });
  }

  #one(name, number) {
    const found = this.#all(name);
    if (!found[number]) throw new Error(`${found.length} of .${name} in: ${this.text()}`);
    return found[number];
  }

  /** The simulation writes a class with its component's tag before it: `home--card`. */
  #all(name) {
    return [...this.#dom().querySelectorAll("*")].filter((element) =>
      [...element.classList].some((full) => full.split("--")[1] === name),
    );
  }
}

function attributeOf(element, attribute) {
  return element.__wxElement._vt.attrs.find(({ name }) => name === attribute)?.value;
}

function dispatch(element, what, detail) {
  const options = { bubbles: true, composed: true, capturePhase: true };
  exparser.Event.dispatchEvent(element.__wxElement, exparser.Event.create(what, detail, options));
}

function readable(element) {
  const walker = element.ownerDocument.createTreeWalker(element, 4);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode.data.trim());
  return texts.filter(Boolean).join(" ");
}

module.exports = { Screen };
