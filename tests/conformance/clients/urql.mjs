// @urql/core as it comes: queries and mutations over HTTP, subscriptions over graphql-ws, or over
// HTTP too (`{"over": "sse"}`).
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";

import { ACKNOWLEDGE, ALARM_CHANGED, OPEN_ALARMS, UNKNOWN_FIELD, aMoment, headers, http, over, say, token, ws } from "./story.mjs";

const socket = createClient({ url: ws, connectionParams: () => ({ token }), retryAttempts: 0 });

const client = new Client({
  url: http,
  // urql would ask by GET: that is for trusted documents, by their ids.
  preferGetMethod: false,
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
      }),
    }),
  ],
  fetchOptions: { headers },
  fetchSubscriptions: over === "sse",
});

const query = await client.query(OPEN_ALARMS, {});
say("query", query.data);

const input = { id: query.data.alarms.nodes[0].id, clientMutationId: "mine" };
say("mutation", (await client.mutation(ACKNOWLEDGE, { input })).data);
say("userErrors", (await client.mutation(ACKNOWLEDGE, { input })).data);

say("invalid", (await client.query(UNKNOWN_FIELD, {})).error.graphQLErrors);

const asStranger = { fetchOptions: { headers: { authorization: "Bearer nonsense" } } };
say("stranger", (await client.query(OPEN_ALARMS, {}, asStranger)).error.graphQLErrors);

// urql ends a subscription whose connection breaks with an error: subscribe anew, after the last
// cursor.
function follow(after) {
  const { unsubscribe } = client.subscription(ALARM_CHANGED, { after }).subscribe(({ data, error }) => {
    if (error) {
      say("closed", error.message);
      unsubscribe();
      aMoment().then(() => follow(after));
    } else {
      after = data.alarmChanged.cursor;
      say("event", data.alarmChanged);
    }
  });
}
follow(query.data.alarms.streamCursor);
