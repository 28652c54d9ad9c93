/** wx.*StorageSync in a file, with WeChat's limits: 1 MB a key, 10 MB together. */

const fs = require("node:fs");

const MOST_A_KEY = 1024 * 1024;
const MOST = 10 * MOST_A_KEY;

class Storage {
  #file;
  #kept;

  /** @param file where it outlives the mini-program */
  constructor(file) {
    this.#file = file;
    this.#kept = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
  }

  setStorageSync(key, data) {
    const text = JSON.stringify(data);
    const others = Object.entries(this.#kept).filter(([other]) => other !== key);
    const rest = others.reduce((sum, [name, kept]) => sum + size(name, kept), 0);
    if (size(key, text) > MOST_A_KEY || rest + size(key, text) > MOST) {
      throw new Error("setStorageSync:fail exceed storage max size");
    }
    this.#kept[key] = text;
    this.#write();
  }

  /** @returns what is kept; an empty string where there is nothing */
  getStorageSync(key) {
    return key in this.#kept ? JSON.parse(this.#kept[key]) : "";
  }

  removeStorageSync(key) {
    delete this.#kept[key];
    this.#write();
  }

  #write() {
    fs.writeFileSync(this.#file, JSON.stringify(this.#kept));
  }
}

function size(key, text) {
  return Buffer.byteLength(key) + Buffer.byteLength(text);
}

module.exports = { Storage };
