// What each client does, and how it tells the test: one JSON line on stdout for each thing seen.
//
//   node urql.mjs '{"http": "http://…/graphql", "ws": "ws://…/graphql", "token": "…", "over": "ws"}'

/** Where the server is, who we are, and what subscriptions go over: `ws` or `sse`. */
export const { http, ws, token, over } = JSON.parse(process.argv[2]);

/** What a browser's own fetch would be asked for. */
export const headers = { authorization: `Bearer ${token}`, "accept-language": "en" };

/** The open alarms, and the cursor from which on nothing is missed that they do not show. */
export const OPEN_ALARMS = /* GraphQL */ `
  query OpenAlarms {
    alarms(first: 10, filter: { state: [RAISED, ACKNOWLEDGED] }) {
      nodes {
        id
        state
      }
      streamCursor
    }
  }
`;

export const ACKNOWLEDGE = /* GraphQL */ `
  mutation Acknowledge($input: AlarmAcknowledgeInput!) {
    alarmAcknowledge(input: $input) {
      alarm {
        id
        state
      }
      userErrors {
        code
        field
        message
      }
      clientMutationId
    }
  }
`;

export const ALARM_CHANGED = /* GraphQL */ `
  subscription AlarmChanged($after: String) {
    alarmChanged(after: $after) {
      cursor
      change
      alarm {
        id
        repeatCount
      }
    }
  }
`;

/** A document that does not hold. */
export const UNKNOWN_FIELD = /* GraphQL */ `
  query UnknownField {
    nothingOfTheKind
  }
`;

/** Tell the test one thing. */
export function say(what, value) {
  process.stdout.write(`${JSON.stringify([what, value])}\n`);
}

/** A moment before the next attempt; real clients wait longer each time, and add some chance. */
export const aMoment = () => new Promise((resolve) => setTimeout(resolve, 50));
