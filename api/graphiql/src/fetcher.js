import { createGraphiQLFetcher } from "@graphiql/toolkit";
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
  return { fetcher, close: () => client.dispose() };
}
