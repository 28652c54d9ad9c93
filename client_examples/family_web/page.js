/** The family page: reads everything once, then follows what happens to the alarms. */

import { Backoff } from "./backoff.js";
import * as chime from "./chime.js";
import { ACKNOWLEDGE, CHANGED, DEVICES, HOME } from "./documents.js";
import { byId } from "./dom.js";
import { Home } from "./home.js";
import { ask, endpoint, Failed, now, Refused } from "./http.js";
import { once } from "./once.js";
import * as session from "./session.js";
import { Stream } from "./stream.js";
import * as view from "./view.js";
import { language, say, translate } from "./words.js";

const DEVICES_EVERY_MS = 60_000;
const CLOCK_EVERY_MS = 15_000;

let home = new Home();
/** Alarm's id -> `{ busy, error }` of the last press of its button. */
const notes = new Map();
let connection = "connecting";
const backoff = new Backoff();
let reloading = 0;

const stream = new Stream({
  url: endpoint.href.replace(/^http/, "ws"),
  query: CHANGED,
  hello: () => ({ token: session.token(), language }),
  heard: {
    event: changed,
    live: () => connected("live"),
    broken: () => connected(navigator.onLine ? "reconnecting" : "offline"),
    cursorLost: load,
    refused: expire,
  },
});

/** Begin, or begin anew with another token. */
function open() {
  stream.stop();
  clearTimeout(reloading);
  home = new Home();
  notes.clear();
  if (!session.token()) return view.showSignIn("signInNone", enter);
  view.hideSignIn();
  view.showNotice(say("opening"));
  connected("connecting");
  return load();
}

/** Read everything, then follow the stream from there; again and again until it works. */
async function load() {
  clearTimeout(reloading);
  reloading = 0;
  const token = session.token();
  try {
    const answer = await ask(token, HOME);
    if (token !== session.token()) return;
    backoff.reset();
    home.take(answer);
    view.showNotice(home.elders.length === 0 ? say("noElders") : "");
    stream.start(answer.alarms.streamCursor);
    draw();
  } catch (error) {
    if (token !== session.token()) return;
    if (error instanceof Refused) return expire();
    view.showNotice(
      error instanceof Failed ? say("failed", { message: error.message }) : say("unreachable"),
    );
    connected(navigator.onLine ? "reconnecting" : "offline");
    reloading = setTimeout(load, backoff.next());
  }
}

/** The server does not accept the token any more, or never did. */
function expire() {
  const wasAccepted = home.viewer !== null;
  const hasExpired = wasAccepted || session.hasExpired(session.token(), now());
  leave(hasExpired ? "signInExpired" : "signInRefused");
}

function leave(reason) {
  stream.stop();
  clearTimeout(reloading);
  reloading = 0;
  session.forget();
  home = new Home();
  notes.clear();
  view.showSignIn(reason, enter);
}

function enter(token) {
  session.remember(token);
  open();
}

/** One change from the stream. */
function changed({ change, alarm }) {
  const isNews = home.put(alarm);
  draw();
  if (home.isOfNewElder(alarm)) load();
  if (!isNews) return;
  view.announce(home.viewer, alarm, change);
  if (alarm.severity === "CRITICAL" && alarm.state === "RAISED") chime.ring();
}

/** Take responsibility for an alarm; what the server answers is shown at once. */
async function acknowledge({ id }) {
  notes.set(id, { busy: true });
  draw();
  try {
    const asking = (document, variables) => ask(session.token(), document, variables);
    const { alarmAcknowledge: answer } = await once(asking, ACKNOWLEDGE, { id });
    if (answer.alarm) home.put(answer.alarm);
    notes.set(id, { error: answer.userErrors.map(inWords).join(" ") });
    if (answer.alarm && answer.userErrors.length === 0) {
      view.announce(home.viewer, answer.alarm, "ACKNOWLEDGED");
    }
  } catch (error) {
    if (error instanceof Refused) return expire();
    notes.set(id, { error: error instanceof Failed ? error.message : say("notSent") });
  }
  draw();
}

function inWords({ code, message }) {
  return code === "ILLEGAL_TRANSITION" ? say("already") : message;
}

/** Devices tell nobody when they fall silent: ask, now and then, without a fuss. */
async function refreshDevices() {
  if (document.hidden || !home.viewer) return;
  const token = session.token();
  try {
    const answer = await ask(token, DEVICES);
    if (token !== session.token()) return;
    home.takeDevices(answer);
    draw();
  } catch (error) {
    // Anything else shows in the connection's state, and passes.
    if (error instanceof Refused && token === session.token()) expire();
  }
}

function connected(state) {
  connection = state;
  view.showConnection(state);
  draw();
}

function draw() {
  if (!home.viewer) return;
  view.show({ home, notes, isLive: connection === "live", now: now(), acknowledge });
}

/** The network or the reader is back. */
function wake() {
  if (reloading) load();
  stream.wake();
}

document.documentElement.lang = language;
translate(document);
byId("sign-out").onclick = () => leave("signInNone");
byId("sound").onclick = () => {
  chime.toggle();
  view.showSound();
};
addEventListener("hashchange", () => session.takeFromAddress() && open());
addEventListener("online", wake);
addEventListener("offline", () => stream.wake());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  wake();
  refreshDevices();
});
setInterval(refreshDevices, DEVICES_EVERY_MS);
setInterval(draw, CLOCK_EVERY_MS);
session.takeFromAddress();
open();
