/** What the page knows: elders, their devices, and every alarm once, in its newest form. */

const STATES = ["RAISED", "ACKNOWLEDGED", "DISPATCHED", "ARRIVED", "RESOLVED"];

/** How long an alarm that is over stays among the live ones, so that nobody wonders where it went. */
const LINGERS_MS = 10 * 60_000;

export class Home {
  viewer = null;
  elders = [];
  hasMore = false;
  #alarms = new Map();

  /** The whole answer of the query HOME. */
  take({ viewer, alarms, elders }) {
    this.viewer = viewer;
    this.elders = elders.nodes;
    this.hasMore = elders.pageInfo.hasNextPage;
    for (const elder of elders.nodes) elder.alarms?.nodes.forEach((alarm) => this.put(alarm));
    alarms.nodes.forEach((alarm) => this.put(alarm));
  }

  /**
   * One alarm as some answer had it. Answers may overtake each other: one that is older than what
   * is known changes nothing.
   *
   * @returns whether it is news
   */
  put(alarm) {
    const known = this.#alarms.get(alarm.id);
    if (known && progress(known) > progress(alarm)) return false;
    this.#alarms.set(alarm.id, alarm);
    return !known || progress(known) < progress(alarm);
  }

  /** Devices as DEVICES had them; elders who are not shown yet wait for the next whole answer. */
  takeDevices({ elders }) {
    const devices = new Map(elders.nodes.map((elder) => [elder.id, elder.devices]));
    for (const elder of this.elders) if (devices.has(elder.id)) elder.devices = devices.get(elder.id);
  }

  /** Whether an alarm is of someone whom the page should show and does not yet. */
  isOfNewElder({ elder }) {
    return Boolean(elder) && !this.hasMore && !this.elders.some(({ id }) => id === elder.id);
  }

  isOpen(alarm) {
    return alarm.state !== "RESOLVED";
  }

  /** Alarms to show on top: unanswered, then answered, then ended just now; the newest first. */
  live(now) {
    const rank = ({ state }) => (state === "RAISED" ? 0 : state === "RESOLVED" ? 2 : 1);
    return this.#newestFirst()
      .filter((alarm) => this.isOpen(alarm) || lingers(alarm, now))
      .sort((a, b) => rank(a) - rank(b));
  }

  /** An elder's alarms that have left the top, the newest first. */
  past(elder, now) {
    const isPast = (alarm) => !this.isOpen(alarm) && !lingers(alarm, now);
    return this.#newestFirst()
      .filter((alarm) => alarm.elder?.id === elder.id && isPast(alarm))
      .slice(0, 5);
  }

  #newestFirst() {
    return [...this.#alarms.values()].sort((a, b) => b.raisedAt.localeCompare(a.raisedAt));
  }
}

/** An alarm only ever goes forward: by state, then by escalation, then by repeats. */
function progress({ state, level, repeatCount }) {
  return (STATES.indexOf(state) * 10 + level) * 1e6 + repeatCount;
}

function lingers({ resolvedAt }, now) {
  return now - Date.parse(resolvedAt) < LINGERS_MS;
}
