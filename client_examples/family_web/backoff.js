/** How long to wait before the next attempt: longer each time, and never all phones at once. */
export class Backoff {
  static FIRST_MS = 500;
  static LONGEST_MS = 30_000;

  #attempts = 0;

  next() {
    const full = Math.min(Backoff.LONGEST_MS, Backoff.FIRST_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    return full * (0.5 + Math.random() / 2);
  }

  reset() {
    this.#attempts = 0;
  }
}
