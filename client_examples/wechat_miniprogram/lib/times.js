/**
 * Moments in words. The district's own clock: its people live by it, wherever their daughter is.
 * WeChat on Android has no `Intl`, and China has no summer time, so the clock is eight hours ahead.
 */

const { say } = require("./words");

const DISTRICT_AHEAD_MS = 8 * 3600000;
const DAY_MS = 24 * 3600000;

/** How long ago a moment was: `3分钟前`. Both in milliseconds. */
function ago(moment, now) {
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 45) return say("justNow");
  if (seconds < 3600) return say("minutesAgo", { count: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 86400) return say("hoursAgo", { count: Math.round(seconds / 3600) });
  return say("daysAgo", { count: Math.round(seconds / 86400) });
}

/** A moment by the district's clock: `14:05`, with its day where that is not today. */
function clock(moment, now) {
  const at = inDistrict(moment);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return sameDay(moment, now) ? time : `${day(at)} ${time}`;
}

/** From one moment to another: `11月23日 09:00–10:00`. */
function span(from, to, now) {
  return `${clock(from, now)}–${clock(to, sameDay(from, to) ? to : now)}`;
}

function sameDay(one, other) {
  const dayOf = (moment) => Math.floor((moment + DISTRICT_AHEAD_MS) / DAY_MS);
  return dayOf(one) === dayOf(other);
}

function day(at) {
  return say("day", { month: at.getUTCMonth() + 1, day: at.getUTCDate() });
}

/** A date whose UTC parts are the district's. */
function inDistrict(moment) {
  return new Date(moment + DISTRICT_AHEAD_MS);
}

function two(number) {
  return number < 10 ? `0${number}` : String(number);
}

module.exports = { ago, clock, span };
