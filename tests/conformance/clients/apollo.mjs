// Apollo Client: queries and mutations over HTTP, subscriptions over graphql-ws, or graphql-sse
// (`{"over": "sse"}`).
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode, print } from "graphql";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";

import { ACKNOWLEDGE, ALARM_CHANGED, OPEN_ALARMS, UNKNOWN_FIELD, aMoment, headers, http, over, say, token, ws } from "./story.mjs";

/** A link for graphql-sse. */
class SseLink extends ApolloLink {
  client = createSseClient({ url: http, headers, retryAttempts: 0 });

  request({ query, variables, operationName }) {
    return new Observable((sink) =>
      this.client.subscribe({ query: print(query), variables, operationName }, sink),
    );
  }
}

const live = {
  sse: () => new SseLink(),
  ws: () =>
    new GraphQLWsLink(
      createWsClient({ url: ws, connectionParams: () => ({ token }), retryAttempts: 0 }),
    ),
};

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    live[over](),
    new HttpLink({ uri: http, headers }),
  ),
});

const { data } = await client.query({ query: gql(OPEN_ALARMS) });
say("query", data);

const variables = { input: { id: data.alarms.nodes[0].id, clientMutationId: "mine" } };
const mutation = gql(ACKNOWLEDGE);
say("mutation", (await client.mutate({ mutation, variables })).data);
say("userErrors", (await client.mutate({ mutation, variables })).data);

await client.query({ query: gql(UNKNOWN_FIELD) }).catch(({ errors }) => say("invalid", errors));

await client
  .query({
    query: gql(OPEN_ALARMS),
    fetchPolicy: "network-only",
    context: { headers: { authorization: "Bearer nonsense" } },
  })
  .catch(({ errors }) => say("stranger", errors));

// A broken connection ends a subscription with an error: subscribe anew, after the last cursor.
function follow(after) {
  client.subscribe({ query: gql(ALARM_CHANGED), variables: { after } }).subscribe({
    next({ data, error }) {
      if (error) return again(error);
      after = data.alarmChanged.cursor;
      say("event", data.alarmChanged);
    },
    error: again,
  });

  function again(error) {
    say("closed", error.message);
    aMoment().then(() => follow(after));
  }
}
follow(data.alarms.streamCursor);
