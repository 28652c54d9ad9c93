/** GraphQL over HTTP. */

const { VIEWER } = require("./documents");
const { FAILED, REFUSED, post, trouble } = require("./http");
const session = require("./session");
const tokens = require("./tokens");

const PATH = "/graphql";

/** Where subscriptions go. */
function streamEndpoint() {
  return session.server().replace(/^http/, "ws") + PATH;
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
  const body = { query, variables: variables || {} };
  return dataOf(await tokens.withToken((token) => post(PATH, body, token)));
}

/** @param {string} token of somebody who is not signed in yet; failures as `ask`'s */
async function whose(token) {
  const { viewer } = dataOf(await post(PATH, { query: VIEWER }, token));
  if (!viewer) throw trouble(REFUSED, "nobody's");
  return viewer;
}

function dataOf({ statusCode, data }) {
  if (statusCode === 401) throw trouble(REFUSED, "401");
  if (!data || typeof data !== "object") throw trouble(FAILED, `HTTP ${statusCode}`);
  const [error] = data.errors || [];
  if (error) throw trouble(FAILED, error.message);
  if (!data.data) throw trouble(FAILED, "no data");
  return data.data;
}

module.exports = { ask, whose, streamEndpoint };
