/** One alarm in words, as its card shows it: what happened, who has been told, who came. */

const { isOpen } = require("./family");
const { ago, clock } = require("./times");
const { say } = require("./words");

/**
 * @param {any} alarm
 * @param {{ viewer: any, note: { busy?: boolean, error?: string }, now: number }} around who reads
 *   it, what became of the last press of its button, the server's clock in milliseconds
 */
function alarmCard(alarm, { viewer, note, now }) {
  const open = isOpen(alarm);
  return {
    id: alarm.id,
    tone: open ? alarm.severity : "OVER",
    severity: open ? say("severity", alarm.severity) : say("over"),
    ago: ago(Date.parse(alarm.raisedAt), now),
    name: alarm.elder ? alarm.elder.name : "",
    what: alarm.title,
    course: course(alarm, viewer, now),
    told: open ? say("told", String(alarm.level)) : "",
    error: note.error || "",
    isBusy: Boolean(note.busy),
    button: say(note.busy ? "acknowledging" : "acknowledge"),
    hint: say("acknowledgeHint"),
    mayAcknowledge: alarm.availableActions.indexOf("ACKNOWLEDGE") !== -1,
  };
}

/** What happened so far, in the order of events. */
function course(alarm, viewer, now) {
  const at = (moment) => (moment ? clock(Date.parse(moment), now) : "");
  const steps = [
    ["raised", at(alarm.raisedAt), say("received")],
    alarm.repeatCount > 0 && ["repeated", "", say("repeated", { count: alarm.repeatCount })],
    alarm.clearedAt && ["cleared", at(alarm.clearedAt), say("cleared")],
    alarm.state === "RAISED" && ["nobody", "", say("nobody")],
    alarm.acknowledgedAt && ["acknowledged", at(alarm.acknowledgedAt), answeredBy(alarm, viewer)],
    alarm.dispatchedAt && ["dispatched", at(alarm.dispatchedAt), say("dispatched")],
    alarm.arrivedAt && ["arrived", at(alarm.arrivedAt), say("arrived")],
    alarm.resolvedAt && ["resolved", at(alarm.resolvedAt), outcome(alarm)],
  ];
  return steps.filter(Boolean).map(([key, time, what]) => ({ key, time, what }));
}

/** Who took responsibility. */
function answeredBy({ acknowledgedBy }, viewer) {
  if (!acknowledgedBy) return say("acknowledgedBySomeone");
  if (acknowledgedBy.id === viewer.id) return say("acknowledgedByYou");
  return say("acknowledgedBy", { name: acknowledgedBy.name });
}

/** How it ended. */
function outcome({ resolveReason }) {
  return say("resolved", { reason: say("reason", resolveReason) });
}

module.exports = { alarmCard };
