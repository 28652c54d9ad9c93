// relay-runtime with what relay-compiler has made of relay_documents/: queries and mutations over
// HTTP, subscriptions over graphql-ws.
import { createClient } from "graphql-ws";
import relay from "relay-runtime";

import acknowledge from "./build/relay/alarmsAcknowledgeMutation.graphql.js";
import card from "./build/relay/alarmsCardQuery.graphql.js";
import changed from "./build/relay/alarmsChangedSubscription.graphql.js";
import listed from "./build/relay/alarms_list.graphql.js";
import open from "./build/relay/alarmsOpenQuery.graphql.js";
import page from "./build/relay/alarmsPageQuery.graphql.js";
import { UNKNOWN_FIELD, aMoment, headers, http, say, token, ws } from "./story.mjs";

const { Environment, Network, Observable, RecordSource, Store } = relay;

const socket = createClient({ url: ws, connectionParams: () => ({ token }), retryAttempts: 0 });

function networkFor(headers) {
  const overHttp = async ({ text, name }, variables) => {
    const answer = await fetch(http, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
      },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return answer.json();
  };
  const overSocket = ({ text, name }, variables) =>
    Observable.create((sink) =>
      socket.subscribe({ query: text, operationName: name, variables }, sink),
    );
  return Network.create(overHttp, overSocket);
}

const environment = new Environment({
  network: networkFor(headers),
  store: new Store(new RecordSource()),
});

const asked = (query, variables, by = environment) => relay.fetchQuery(by, query, variables).toPromise();

/** What the store holds of the list, however many pages have come. */
function list() {
  const operation = relay.createOperationDescriptor(open, { first: 2 });
  const { data } = environment.lookup(operation.fragment);
  return environment.lookup(relay.getSingularSelector(listed, data)).data.alarms;
}

const first = await asked(open, { first: 2 });
environment.retain(relay.createOperationDescriptor(open, { first: 2 }));
const firstPage = list();
await asked(page, { first: 2, after: firstPage.pageInfo.endCursor });
say("pages", [firstPage.edges.length, list().edges.length]);

const { node } = list().edges[0];
say("query", { alarms: { nodes: [node], streamCursor: first.now.streamCursor } });

/** The payload of a mutation. */
const acknowledged = (input) =>
  new Promise((onCompleted, onError) =>
    relay.commitMutation(environment, { mutation: acknowledge, variables: { input }, onCompleted, onError }),
  );

const input = { id: node.id, clientMutationId: "mine" };
say("mutation", await acknowledged(input));
say("userErrors", await acknowledged(input));
say("stored", list().edges[0].node.state);

const refetched = await asked(card, { id: node.id });
say("refetched", Boolean(refetched.node));

const broken = { ...open, params: { ...open.params, text: UNKNOWN_FIELD, name: "UnknownField" } };
await asked(broken, { first: 2 }).catch(({ source }) => say("invalid", source.errors));

const stranger = new Environment({
  network: networkFor({ authorization: "Bearer nonsense" }),
  store: new Store(new RecordSource()),
});
await asked(open, { first: 2 }, stranger).catch(({ source }) => say("stranger", source.errors));

// A broken connection ends a subscription with an error: subscribe anew, after the last cursor.
function follow(after) {
  relay.requestSubscription(environment, {
    subscription: changed,
    variables: { after },
    onNext({ alarmChanged }) {
      after = alarmChanged.cursor;
      say("event", alarmChanged);
    },
    onError(error) {
      say("closed", error.message ?? error.reason);
      aMoment().then(() => follow(after));
    },
  });
}
follow(first.now.streamCursor);
