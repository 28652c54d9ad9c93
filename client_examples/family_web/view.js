/** What the page knows, on the screen. */

import { answeredBy, outcome, updateAlarm } from "./alarm_card.js";
import * as chime from "./chime.js";
import { byId, list, setText } from "./dom.js";
import { updateElder } from "./elder_card.js";
import { say } from "./words.js";

/** Everything that is known, drawn again; what has not changed is not touched. */
export function show({ home, notes, isLive, now, acknowledge }) {
  setText(byId("greeting"), say("greeting", { name: home.viewer?.name ?? "" }));
  const live = home.live(now);
  const cards = live.map((alarm) => {
    const note = notes.get(alarm.id);
    return [alarm.id, { alarm, viewer: home.viewer, note, now, acknowledge }];
  });
  list(byId("alarm-list"), cards, "alarm-card", updateAlarm);
  const open = live.filter((alarm) => home.isOpen(alarm));
  const calm = byId("calm");
  calm.hidden = open.length > 0 || home.elders.length === 0;
  calm.dataset.live = isLive;
  setText(calm.lastElementChild, say(isLive ? "calm" : "calmBefore"));
  const elders = home.elders.map((elder) => [elder.id, { elder, past: home.past(elder, now), now }]);
  list(byId("elder-list"), elders, "elder-card", updateElder);
  byId("more").hidden = !home.hasMore;
  byId("home").hidden = false;
  showTitle(open);
}

/** A critical alarm that nobody has answered stands in the title, for whoever reads another tab. */
function showTitle(open) {
  const urgent = open.find((alarm) => alarm.severity === "CRITICAL" && alarm.state === "RAISED");
  document.title = urgent
    ? say("titleAlarm", { what: urgent.title, name: urgent.elder?.name })
    : say("app");
}

/** Say a change aloud to those who listen to the page: a new alarm at once, the rest in turn. */
export function announce(viewer, alarm, change) {
  const sentence = {
    RAISED: () => `${alarm.elder?.name ?? ""} ${alarm.spokenText}`,
    ACKNOWLEDGED: () => answeredBy(alarm, viewer),
    DISPATCHED: () => say("dispatched"),
    ARRIVED: () => say("arrived"),
    RESOLVED: () => outcome(alarm),
  }[change]?.();
  if (!sentence) return;
  byId(change === "RAISED" ? "announce-now" : "announce-later").textContent = sentence;
}

/** The connection's state, quietly: `live`, `connecting`, `reconnecting`, `offline`. */
export function showConnection(state) {
  const place = byId("connection");
  place.dataset.state = state;
  place.hidden = false;
  setText(place, say("connection", state));
}

/** A sentence above everything else, or none. */
export function showNotice(sentence = "") {
  const place = byId("notice");
  setText(place, sentence);
  place.hidden = sentence === "";
}

/**
 * Ask for a token, and nothing else on the page.
 *
 * @param reason key of the sentence that says why
 */
export function showSignIn(reason, onToken) {
  byId("home").hidden = true;
  byId("alarm-list").replaceChildren();
  byId("elder-list").replaceChildren();
  byId("connection").hidden = true;
  showNotice();
  setText(byId("greeting"), say("app"));
  document.title = say("app");
  byId("sign-in").hidden = false;
  setText(byId("sign-in-reason"), say(reason));
  byId("sign-in-form").onsubmit = (event) => {
    event.preventDefault();
    const field = byId("token");
    onToken(field.value);
    field.value = "";
  };
  showTools(false);
}

export function hideSignIn() {
  byId("sign-in").hidden = true;
  showTools(true);
}

/** The buttons at the foot. */
function showTools(signedIn) {
  byId("sign-out").hidden = !signedIn;
  byId("sound").hidden = !signedIn || !chime.isSupported;
  showSound();
}

export function showSound() {
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(chime.isOn()));
  setText(button, say(chime.isOn() ? "soundOn" : "soundOff"));
}
