/** The mini-program's timers: they stand still while it is suspended; tests may wind them on. */

class Timers {
  #offset = 0;
  #isSuspended = false;
  #entries = new Map();
  #ids = 0;

  /** What the mini-program finds as globals. */
  globals() {
    const clear = (id) => this.#clear(id);
    return {
      setTimeout: (callback, delay = 0, ...values) => this.#set(callback, delay, null, values),
      setInterval: (callback, delay = 0, ...values) => this.#set(callback, delay, delay, values),
      clearTimeout: clear,
      clearInterval: clear,
    };
  }

  suspend() {
    this.#isSuspended = true;
    for (const entry of this.#entries.values()) clearTimeout(entry.handle);
  }

  /** What fell due meanwhile fires now. */
  resume() {
    this.#isSuspended = false;
    for (const id of this.#entries.keys()) this.#arm(id);
  }

  /** Let some milliseconds pass at once: what falls due fires before this returns. */
  advance(milliseconds) {
    this.#offset += milliseconds;
    const due = [...this.#entries].filter(([, entry]) => entry.due <= this.#now());
    due.sort(([, one], [, other]) => one.due - other.due);
    for (const [id] of due) if (this.#entries.has(id)) this.#fire(id);
    for (const id of this.#entries.keys()) this.#arm(id);
  }

  #now() {
    return performance.now() + this.#offset;
  }

  #set(callback, delay, every, values) {
    const id = ++this.#ids;
    this.#entries.set(id, { callback, every, values, due: this.#now() + delay });
    this.#arm(id);
    return id;
  }

  #clear(id) {
    clearTimeout(this.#entries.get(id)?.handle);
    this.#entries.delete(id);
  }

  #arm(id) {
    const entry = this.#entries.get(id);
    clearTimeout(entry.handle);
    if (this.#isSuspended) return;
    entry.handle = setTimeout(() => this.#fire(id), Math.max(0, entry.due - this.#now()));
  }

  #fire(id) {
    const entry = this.#entries.get(id);
    clearTimeout(entry.handle);
    if (entry.every === null) {
      this.#entries.delete(id);
    } else {
      entry.due = this.#now() + entry.every;
      this.#arm(id);
    }
    entry.callback(...entry.values);
  }
}

module.exports = { Timers };
