/**
 * What a volunteer does at a door, kept on the phone until the server has it: where people live
 * there may be no network. It is sent in its order; what could not be sent at once says when it was.
 */

const { CHECK_IN, CHECK_OUT, OWN_VISIT, REFUSE } = require("./documents");
const { ask } = require("./graphql");
const { UNREACHABLE } = require("./http");
const { once } = require("./once");
const session = require("./session");

const KEPT = "yiyang.entries";
const MUTATIONS = { CHECK_IN, CHECK_OUT, REFUSE };

/** Action -> what is left to be done then, though the server does not know it yet. */
const AFTER = { CHECK_IN: ["CHECK_OUT"], CHECK_OUT: [], REFUSE: [] };

/** Action -> where a visit has got to of which the server has had it. */
const AIMS = {
  CHECK_IN: ["CHECKED_IN", "DONE", "VERIFIED"],
  CHECK_OUT: ["DONE", "VERIFIED"],
  REFUSE: ["REFUSED"],
};

/**
 * @typedef {object} Entry
 * @property {string} who the account that made it: others may use this phone
 * @property {string} visit
 * @property {string} action CHECK_IN, CHECK_OUT or REFUSE
 * @property {number} at when, by the server's clock
 * @property {object} input
 * @property {boolean} isLate whether it could not be sent at once
 */

/** @returns {Entry[]} everybody's */
function all() {
  return wx.getStorageSync(KEPT) || [];
}

function keep(entries) {
  wx.setStorageSync(KEPT, entries);
}

/** @returns {Entry[]} those of whoever is signed in, the oldest first */
function mine() {
  const signedIn = session.current();
  return signedIn ? all().filter(({ who }) => who === signedIn.account.id) : [];
}

/** Those of one visit. */
function ofVisit(id) {
  return mine().filter(({ visit }) => visit === id);
}

/** @param {{ visit: string, action: string, at: number, input: object }} entry */
function add(entry) {
  const signedIn = session.current();
  if (!signedIn) return;
  keep(all().concat([Object.assign({ who: signedIn.account.id, isLate: false }, entry)]));
}

/** What may be done with a visit, what was entered here counted in. */
function actions(task) {
  const [last] = ofVisit(task.id).slice(-1);
  return last ? AFTER[last.action] : task.availableActions;
}

/**
 * Send the oldest one. Only what is late tells its time: what is sent at once is looked at as what
 * it is, somebody at a door.
 *
 * @param {Entry} entry
 * @returns {Promise<any>} the mutation's payload, without errors where the server has had it before;
 *   where no answer came, an Error: then it is kept
 */
async function send(entry) {
  const hasTime = entry.isLate && entry.action !== "REFUSE";
  const when = hasTime ? { at: new Date(entry.at).toISOString() } : {};
  try {
    const { answer } = await once(MUTATIONS[entry.action], Object.assign(when, entry.input));
    const had = await hadBefore(entry, answer.userErrors);
    change(entry, null);
    return had || answer;
  } catch (error) {
    if (error.kind === UNREACHABLE) change(entry, Object.assign({}, entry, { isLate: true }));
    throw error;
  }
}

/** Put another in an entry's place, or, if it is null, nothing. */
function change(entry, other) {
  const isIt = ({ visit, action }) => visit === entry.visit && action === entry.action;
  const changed = all().map((one) => (isIt(one) ? other : one));
  keep(changed.filter((one) => one !== null));
}

/** The payload that was lost, where the server has had it: the visit is where it was to get. */
async function hadBefore(entry, userErrors) {
  const mayBe = entry.isLate && userErrors.some(({ code }) => code === "ILLEGAL_TRANSITION");
  if (!mayBe) return null;
  const { visitTask } = await ask(OWN_VISIT, { id: entry.visit });
  const isThere = visitTask && AIMS[entry.action].indexOf(visitTask.state) !== -1;
  return isThere ? { visitTask, userErrors: [] } : null;
}

module.exports = { mine, ofVisit, add, actions, send };
