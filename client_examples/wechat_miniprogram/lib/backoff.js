/** How long to wait before the next attempt: longer each time, and never all phones at once. */

const FIRST_MS = 500;
const LONGEST_MS = 30000;

class Backoff {
  constructor() {
    this.attempts = 0;
  }

  next() {
    const full = Math.min(LONGEST_MS, FIRST_MS * Math.pow(2, this.attempts));
    this.attempts += 1;
    return full * (0.5 + Math.random() / 2);
  }

  reset() {
    this.attempts = 0;
  }
}

module.exports = { Backoff };
