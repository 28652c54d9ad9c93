/** What the pages say, in simplified and traditional Chinese and in English. */

const en = require("./words_en");
const zhCN = require("./words_zh_cn");
const zhTW = require("./words_zh_tw");

const LANGUAGES = { "zh-CN": zhCN, "zh-TW": zhTW, en };

/** WeChat's own language, which it spells `zh_CN`; simplified Chinese where it is none of ours. */
const language = chosen(wx.getAppBaseInfo().language);

const words = LANGUAGES[language];

/** @param {string} tag */
function chosen(tag) {
  if (/^zh[-_](tw|hk|mo|hant)/i.test(tag)) return "zh-TW";
  return /^en/i.test(tag) ? "en" : "zh-CN";
}

/**
 * A text by its key, its `{names}` filled in; for `group` and an enum's value, the value's word.
 * A value that a newer server knows and this program does not is shown as it is.
 *
 * @param {string} key
 * @param {string | object} [values]
 * @returns {string}
 */
function say(key, values) {
  if (typeof values === "string") return words[key][values] || values;
  const filled = values || {};
  return words[key].replace(/\{(\w+)\}/g, (_, name) => {
    const value = filled[name];
    return value === undefined || value === null ? "" : String(value);
  });
}

module.exports = { language, say };
