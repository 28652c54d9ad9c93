import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";

const httpUrl = new URL("/graphql", location.href).href;
const wsUrl = httpUrl.replace(/^http/, "ws");

/**
 * GraphiQL's way to our server with one token: in the header over HTTP, in connection_init over
 * the socket. The socket opens with the first subscription; close() ends it when the token changes.
 */
export function createSession(token) {
  const wsClient = createClient({
    url: wsUrl,
    connectionParams: token ? { token } : {},
    // A subscription would begin again without its cursor, so a break is shown, not hidden.
    retryAttempts: 0,
  });
  const fetcher = createGraphiQLFetcher({
    url: httpUrl,
    wsClient,
    enableIncrementalDelivery: false,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
  return { fetcher, close: () => wsClient.dispose() };
}
