/** Changes that are made once, however often they have to be asked for. */

const { ask } = require("./graphql");

/** Call -> its key, until an answer has come. @type {{ [call: string]: string }} */
const keys = {};

/**
 * Run a mutation. One whose answer was lost and that is asked for again has the key of its first
 * try: if that has reached the server, it is answered and not done again.
 *
 * @param {string} mutation
 * @param {object} input
 * @returns {Promise<any>} as `ask`
 */
async function once(mutation, input) {
  const call = mutation + JSON.stringify(input);
  keys[call] = keys[call] || newKey();
  const data = await ask(mutation, { input: Object.assign({ idempotencyKey: keys[call] }, input) });
  delete keys[call];
  return data;
}

/** Unlike all that this account has called itself before; it need not be a secret. */
function newKey() {
  return [Date.now(), Math.random()].map((part) => part.toString(36)).join("-");
}

module.exports = { once };
