import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { Kind, parse } from "graphql";
import { createClient } from "graphql-ws";

const httpUrl = new URL("/graphql", location.href).href;
const wsUrl = httpUrl.replace(/^http/, "ws");

/** What went wrong with the socket, as an error that the response can show. */
function readable(problem) {
  if (problem instanceof CloseEvent) {
    return new Error(`${wsUrl} closed the socket: ${problem.code} ${problem.reason}`.trim());
  }
  return problem instanceof Event ? new Error(`${wsUrl} could not be reached`) : problem;
}

/** The query's syntax tree, or undefined where it can't be read: the server says what is wrong. */
function parsed(query) {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/**
 * GraphiQL learns a tab's operations 100 ms after it shows them: who runs them sooner would send
 * the name, and take the way, of the tab before. So both are taken from the query itself.
 */
const asTheQuerySays = (fetcher) => (params, options) => {
  const documentAST = parsed(params.query);
  if (documentAST === undefined) return fetcher(params, options);
  const operations = documentAST.definitions.filter(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  );
  const operationName =
    operations.length === 1 ? operations[0].name?.value : params.operationName;
  return fetcher({ ...params, operationName }, { ...options, documentAST });
};

/**
 * GraphiQL's way to our server with one token: in the header over HTTP, in connection_init over
 * the socket. The socket opens with the first subscription; close() ends it when the token changes.
 */
export function createSession(token) {
  const client = createClient({
    url: wsUrl,
    connectionParams: token ? { token } : {},
    // A subscription would begin again without its cursor, so a break is shown, not hidden.
    retryAttempts: 0,
  });
  const subscribe = (operation, sink) =>
    client.subscribe(operation, { ...sink, error: (problem) => sink.error(readable(problem)) });
  const fetcher = createGraphiQLFetcher({
    url: httpUrl,
    wsClient: { ...client, subscribe },
    enableIncrementalDelivery: false,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
  return { fetcher: asTheQuerySays(fetcher), close: () => client.dispose() };
}
