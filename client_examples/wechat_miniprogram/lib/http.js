/** One request to the server, and what may go wrong with it. */

const session = require("./session");
const { language } = require("./words");

const TIMEOUT_MS = 15000;

/** The server does not know who asks, or not any more. */
const REFUSED = "refused";
/** No answer came. */
const UNREACHABLE = "unreachable";
/** The server answered, but not with what was asked. */
const FAILED = "failed";

/** How far the server's clock is ahead of the phone's, in milliseconds. */
let ahead = 0;

/** This moment by the server's clock, which the times that it sends are of. */
function now() {
  return Date.now() + ahead;
}

/**
 * POST some JSON. A status other than 200 is an answer too: only where there is none is `fail`
 * called.
 *
 * @param {string} path
 * @param {object} body
 * @param {string} [token]
 * @returns {Promise<{ statusCode: number, data: any }>} a failure is an Error of kind UNREACHABLE
 */
async function post(path, body, token) {
  const header = { "Content-Type": "application/json", "Accept-Language": language };
  if (token) header.Authorization = `Bearer ${token}`;
  const answer = await new Promise((resolve, reject) => {
    wx.request({
      url: session.server() + path,
      method: "POST",
      header,
      data: body,
      timeout: TIMEOUT_MS,
      success: resolve,
      fail: ({ errMsg }) => reject(trouble(UNREACHABLE, errMsg)),
    });
  });
  setClock(answer.header);
  return answer;
}

/** Phones spell the names of headers each in their own way. */
function setClock(header) {
  const name = Object.keys(header || {}).find((key) => key.toLowerCase() === "date");
  const date = name ? Date.parse(header[name]) : NaN;
  if (date) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
}

function trouble(kind, message) {
  return Object.assign(new Error(message), { kind });
}

module.exports = { REFUSED, UNREACHABLE, FAILED, now, post, trouble };
