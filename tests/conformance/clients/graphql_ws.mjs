// graphql-ws: everything over one WebSocket.
import { createClient } from "graphql-ws";

import { ACKNOWLEDGE, ALARM_CHANGED, OPEN_ALARMS, UNKNOWN_FIELD, aMoment, say, token, ws } from "./story.mjs";

const connectionParams = (token) => () => ({ token, language: "en" });

const client = createClient({
  url: ws,
  // A function: every new socket shows the token of its own day.
  connectionParams: connectionParams(token),
  // One socket for all that comes in a row, not one each.
  lazyCloseTimeout: 5_000,
  retryAttempts: Infinity,
  retryWait: aMoment,
  // Of a broken connection Node and browsers tell by an error that says nothing: try again.
  shouldRetry: () => true,
});

/** The one answer of a query or a mutation; throws the errors of one that was refused. */
async function once(query, variables, by = client) {
  for await (const answer of by.iterate({ query, variables })) return answer;
}

const { data } = await once(OPEN_ALARMS);
say("query", data);

const input = { id: data.alarms.nodes[0].id, clientMutationId: "mine" };
say("mutation", (await once(ACKNOWLEDGE, { input })).data);
say("userErrors", (await once(ACKNOWLEDGE, { input })).data);

await once(UNKNOWN_FIELD).catch((errors) => say("invalid", errors));

const stranger = createClient({
  url: ws,
  connectionParams: connectionParams("nonsense"),
  retryAttempts: 0,
});
await once(OPEN_ALARMS, {}, stranger).catch(({ code }) => say("stranger", code));

// graphql-ws sends this very object again on a new socket: with the cursor that it has by then.
const request = { query: ALARM_CHANGED, variables: { after: data.alarms.streamCursor } };
client.on("closed", ({ code }) => say("closed", code));
client.subscribe(request, {
  next({ data }) {
    request.variables.after = data.alarmChanged.cursor;
    say("event", data.alarmChanged);
  },
  error: (reason) => say("lost", reason),
  complete: () => say("complete", null),
});
