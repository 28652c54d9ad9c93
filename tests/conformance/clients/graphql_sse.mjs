// graphql-sse: everything over HTTP, each operation in a stream of its own.
import { createClient } from "graphql-sse";

import { ACKNOWLEDGE, ALARM_CHANGED, OPEN_ALARMS, UNKNOWN_FIELD, aMoment, headers, http, say } from "./story.mjs";

const client = createClient({ url: http, headers, retryAttempts: 0 });

/** The one answer of a query or a mutation; throws where there is none. */
async function once(query, variables, by = client) {
  for await (const answer of by.iterate({ query, variables })) return answer;
}

const { data } = await once(OPEN_ALARMS);
say("query", data);

const input = { id: data.alarms.nodes[0].id, clientMutationId: "mine" };
say("mutation", (await once(ACKNOWLEDGE, { input })).data);
say("userErrors", (await once(ACKNOWLEDGE, { input })).data);

say("invalid", (await once(UNKNOWN_FIELD)).errors);

const stranger = createClient({ url: http, headers: { authorization: "Bearer nonsense" }, retryAttempts: 0 });
await once(OPEN_ALARMS, {}, stranger).catch((error) => say("stranger", error.response?.status));

// A stream that was cut is asked for anew, after the last cursor. (graphql-sse's own retries
// would ask for what they asked for the first time.)
let after = data.alarms.streamCursor;
for (;;) {
  try {
    for await (const { data } of client.iterate({ query: ALARM_CHANGED, variables: { after } })) {
      after = data.alarmChanged.cursor;
      say("event", data.alarmChanged);
    }
    say("complete", null);
  } catch (error) {
    say("closed", error.message);
  }
  await aMoment();
}
