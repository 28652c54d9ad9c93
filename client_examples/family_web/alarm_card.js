/** One alarm: what happened, who has been told, who came, and the button. */

import { fill, list, setText, slot } from "./dom.js";
import { ago, clock, say } from "./words.js";

/**
 * @param note `{ busy, error }` of the last press of its button
 */
export function updateAlarm(card, { alarm, viewer, note, now, acknowledge }) {
  const open = alarm.state !== "RESOLVED";
  card.dataset.state = alarm.state;
  card.dataset.severity = alarm.severity;
  card.dataset.id = alarm.id;
  fill(card, {
    severity: open ? say("severity", alarm.severity) : say("over"),
    ago: ago(Date.parse(alarm.raisedAt), now),
    name: alarm.elder?.name ?? "",
    what: alarm.title,
    told: open ? say("told", String(alarm.level)) : "",
    error: note?.error ?? "",
  });
  slot(card, "ago").dateTime = alarm.raisedAt;
  list(slot(card, "course"), course(alarm, viewer), "course-step", (step, [at, what, kind]) => {
    step.className = kind;
    fill(step, { at: at ? clock(Date.parse(at), now) : "", what });
  });
  updateButton(card, alarm, note, acknowledge);
}

function updateButton(card, alarm, note, acknowledge) {
  const possible = alarm.availableActions.includes("ACKNOWLEDGE");
  const button = slot(card, "acknowledge");
  button.hidden = !possible;
  // Not `disabled`: that would take the focus away.
  button.setAttribute("aria-disabled", String(Boolean(note?.busy)));
  setText(button, say(note?.busy ? "acknowledging" : "acknowledge"));
  button.onclick = () => note?.busy || acknowledge(alarm);
  fill(card, { hint: possible ? say("acknowledgeHint") : "" });
}

/** What happened so far, in the order of events, as `[key, [when, what, kind]]`. */
function course(alarm, viewer) {
  const repeats = alarm.repeatCount;
  const steps = {
    raised: [alarm.raisedAt, say("received")],
    repeated: repeats > 0 && [null, say("repeated", { count: repeats })],
    cleared: alarm.clearedAt && [alarm.clearedAt, say("cleared")],
    nobody: alarm.state === "RAISED" && [null, say("nobody"), "waiting"],
    acknowledged: alarm.acknowledgedAt && [alarm.acknowledgedAt, answeredBy(alarm, viewer)],
    dispatched: alarm.dispatchedAt && [alarm.dispatchedAt, say("dispatched")],
    arrived: alarm.arrivedAt && [alarm.arrivedAt, say("arrived")],
    resolved: alarm.resolvedAt && [alarm.resolvedAt, outcome(alarm)],
  };
  return Object.entries(steps)
    .filter(([, step]) => step)
    .map(([key, [at, what, kind]]) => [key, [at, what, kind ?? "done"]]);
}

/** Who took responsibility, in words. */
export function answeredBy({ acknowledgedBy }, viewer) {
  if (!acknowledgedBy) return say("acknowledgedBySomeone");
  if (acknowledgedBy.id === viewer?.id) return say("acknowledgedByYou");
  return say("acknowledgedBy", { name: acknowledgedBy.name });
}

/** How it ended, in words. */
export function outcome({ resolveReason }) {
  return say("resolved", { reason: say("reason", resolveReason) });
}
