/** Changes that are made once, however often they have to be asked for. */

/** Call -> its key, until an answer has come. */
const keys = new Map();

/**
 * Run a mutation. One whose answer was lost and that is asked for again has the key of its first
 * try: if that has reached the server, it is answered and not done again.
 *
 * @param ask runs an operation: document, variables
 */
export async function once(ask, document, input) {
  const call = document + JSON.stringify(input);
  if (!keys.has(call)) keys.set(call, key());
  const data = await ask(document, { input: { ...input, idempotencyKey: keys.get(call) } });
  keys.delete(call);
  return data;
}

/** Not `randomUUID`, which pages of a plain http address do not have. */
function key() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
