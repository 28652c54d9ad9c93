/** GraphQL over HTTP. */

const session = require("./session");
const { language } = require("./words");

const TIMEOUT_MS = 15000;

/** The server does not accept the token. */
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

/** Where operations go. */
function endpoint() {
  return `${session.server()}/graphql`;
}

/** The same for WebSockets. */
function streamEndpoint() {
  return endpoint().replace(/^http/, "ws");
}

/**
 * Run one operation.
 *
 * @param {string} query
 * @param {object} [variables]
 * @returns {Promise<any>} its data; a failure is an Error whose `kind` is REFUSED, UNREACHABLE or
 *   FAILED
 */
async function ask(query, variables) {
  const { statusCode, header, data } = await post({ query, variables: variables || {} });
  if (statusCode === 401) throw trouble(REFUSED, "401");
  setClock(header);
  if (!data || typeof data !== "object") throw trouble(FAILED, `HTTP ${statusCode}`);
  const [error] = data.errors || [];
  if (error) throw trouble(FAILED, error.message);
  if (!data.data) throw trouble(FAILED, "no data");
  return data.data;
}

/** A status other than 200 is an answer too: only where there is none is `fail` called. */
function post(body) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: endpoint(),
      method: "POST",
      header: {
        "Content-Type": "application/json",
        "Accept-Language": language,
        Authorization: `Bearer ${session.token()}`,
      },
      data: body,
      timeout: TIMEOUT_MS,
      success: resolve,
      fail: ({ errMsg }) => reject(trouble(UNREACHABLE, errMsg)),
    });
  });
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

module.exports = { REFUSED, UNREACHABLE, FAILED, ask, now, streamEndpoint };
