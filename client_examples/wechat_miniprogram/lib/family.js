/** What the home page knows: elders, and every alarm once, in its newest form. */

const STATES = ["RAISED", "ACKNOWLEDGED", "DISPATCHED", "ARRIVED", "RESOLVED"];

/** How long an alarm that is over stays on the page, so that nobody wonders where it went. */
const LINGERS_MS = 10 * 60000;

class Family {
  constructor() {
    this.viewer = null;
    this.elders = [];
    this.hasMore = false;
    /** @type {{ [id: string]: any }} */
    this.alarms = {};
  }

  /** The whole answer of the query HOME. */
  take({ viewer, alarms, elders }) {
    this.viewer = viewer;
    this.elders = elders.nodes;
    this.hasMore = elders.pageInfo.hasNextPage;
    alarms.nodes.forEach((alarm) => this.put(alarm));
  }

  /**
   * One alarm as some answer had it. Answers may overtake each other: one that is older than what
   * is known changes nothing.
   *
   * @returns {boolean} whether it is news
   */
  put(alarm) {
    const known = this.alarms[alarm.id];
    if (known && progress(known) > progress(alarm)) return false;
    this.alarms[alarm.id] = alarm;
    return !known || progress(known) < progress(alarm);
  }

  /** Whether an alarm is of someone whom the page should show and does not yet. */
  isOfNewElder({ elder }) {
    return Boolean(elder) && !this.hasMore && !this.elders.some(({ id }) => id === elder.id);
  }

  /** Alarms to show: unanswered, then answered, then ended just now; the newest first. */
  live(now) {
    const rank = ({ state }) => (state === "RAISED" ? 0 : state === "RESOLVED" ? 2 : 1);
    return Object.keys(this.alarms)
      .map((id) => this.alarms[id])
      .filter((alarm) => isOpen(alarm) || now - Date.parse(alarm.resolvedAt) < LINGERS_MS)
      .sort((a, b) => rank(a) - rank(b) || Date.parse(b.raisedAt) - Date.parse(a.raisedAt));
  }
}

function isOpen({ state }) {
  return state !== "RESOLVED";
}

/** An alarm only ever goes forward: by state, then by escalation, then by repeats. */
function progress({ state, level, repeatCount }) {
  return (STATES.indexOf(state) * 10 + level) * 1e6 + repeatCount;
}

module.exports = { Family, isOpen };
