/** What the page says, in simplified and traditional Chinese and in English. */

import { en } from "./words_en.js";
import { zhCN } from "./words_zh_cn.js";
import { zhTW } from "./words_zh_tw.js";

/** The district's own clock: its people live by it, wherever their daughter is. */
const DISTRICT_ZONE = "Asia/Shanghai";

const LANGUAGES = { "zh-CN": zhCN, "zh-TW": zhTW, en };

/** The page's language: `?lang=` where it names one, else the browser's, else simplified Chinese. */
export const language = chosen();

const words = LANGUAGES[language];

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  for (const tag of [asked, ...navigator.languages]) {
    if (/^zh-(tw|hk|mo|hant)/i.test(tag ?? "")) return "zh-TW";
    if (/^zh/i.test(tag ?? "")) return "zh-CN";
    if (/^en/i.test(tag ?? "")) return "en";
  }
  return "zh-CN";
}

/**
 * A text by its key, its `{names}` filled in; for `group` and an enum's value, the value's word.
 * A value that a newer server knows and this page does not is shown as it is.
 */
export function say(key, values = {}) {
  if (typeof values === "string") return words[key]?.[values] ?? values;
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Put the page's language and its fixed texts into a piece of the document. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
}

const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
const time = new Intl.DateTimeFormat(language, {
  timeZone: DISTRICT_ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(language, {
  timeZone: DISTRICT_ZONE,
  month: "short",
  day: "numeric",
});

/** How long ago a moment was, in words: `3分钟前`. */
export function ago(moment, now) {
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 45) return say("justNow");
  if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 86400) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86400), "day");
}

/** A moment by the district's clock: `14:05`, with its day where that is not today. */
export function clock(moment, now) {
  const today = day.format(moment) === day.format(now);
  return today ? time.format(moment) : `${day.format(moment)} ${time.format(moment)}`;
}
