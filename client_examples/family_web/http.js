/** GraphQL over HTTP. */

import { language } from "./words.js";

const TIMEOUT_MS = 15_000;

/** The API lies beside the folder that this page is served from. */
export const endpoint = new URL("../graphql", document.baseURI);

/** The server does not accept the token. */
export class Refused extends Error {}

/** No answer came. */
export class Unreachable extends Error {}

/** The server answered, but not with what was asked. */
export class Failed extends Error {}

/** How far the server's clock is ahead of the phone's, in milliseconds. */
let ahead = 0;

/** This moment by the server's clock, which the times that it sends are of. */
export function now() {
  return Date.now() + ahead;
}

/**
 * Run one operation and return its data.
 *
 * Throws Refused, Unreachable, Failed.
 */
export async function ask(token, query, variables = {}) {
  const response = await post(token, { query, variables });
  if (response.status === 401) throw new Refused();
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (date) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
  let body;
  try {
    body = await response.json();
  } catch (error) {
    throw new Failed(`HTTP ${response.status}`, { cause: error });
  }
  if (!body.data || body.errors) throw new Failed(body.errors?.[0]?.message ?? "no data");
  return body.data;
}

async function post(token, body) {
  try {
    return await fetch(endpoint, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": language,
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable("no answer", { cause: error });
  }
}
