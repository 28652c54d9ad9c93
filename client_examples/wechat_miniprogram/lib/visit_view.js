/** One visit in words, as its card shows it. */

const { actions, ofVisit } = require("./entries");
const { distance } = require("./place");
const { clock, span } = require("./times");
const { say } = require("./words");

/**
 * @param {any} task
 * @param {{ here: any, note: { busy?: boolean, error?: string, gone?: boolean }, now: number }}
 *   around where the volunteer is, what became of the last press of a button, the server's clock
 */
function visitCard(task, { here, note, now }) {
  const kept = ofVisit(task.id);
  const possible = actions(task);
  const may = (action) => !note.gone && possible.indexOf(action) !== -1;
  const metres = here && task.position ? distance(here, task.position) : null;
  return {
    id: task.id,
    kind: say("visitKind", task.kind),
    when: span(Date.parse(task.scheduledFrom), Date.parse(task.scheduledTo), now),
    region: task.region.name,
    distance: metres === null ? "" : say("distance", { km: (metres / 1000).toFixed(1) }),
    name: task.elder ? task.elder.name : "",
    address: (task.elder && task.elder.fullAddress) || "",
    kept: kept.map(({ action, at }) =>
      say("keptHere", { what: say("entered", action), time: clock(at, now) }),
    ),
    late: task.enteredLate ? say("enteredLate") : "",
    error: note.error || "",
    isBusy: Boolean(note.busy),
    mayClaim: may("CLAIM"),
    mayRelease: may("RELEASE"),
    mayCheckIn: may("CHECK_IN"),
    mayCheckOut: may("CHECK_OUT"),
    mayRefuse: may("REFUSE"),
    checkIn: say("checkIn"),
    checkOut: say("checkOut"),
    refuse: say("refuse"),
    claim: say(note.busy ? "claiming" : "claim"),
    release: say(note.busy ? "releasing" : "release"),
  };
}

module.exports = { visitCard };
