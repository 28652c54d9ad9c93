// What relay-compiler reads. In an application babel-plugin-relay puts the compiled documents in
// the place of these; relay.mjs imports them itself.
import { graphql } from "relay-runtime";

export const open = graphql`
  query alarmsOpenQuery($first: Int!) {
    ...alarms_list @arguments(first: $first)
    now: alarms(first: 1) {
      streamCursor
    }
  }
`;

/** A connection that grows page by page. */
export const list = graphql`
  fragment alarms_list on Query
  @refetchable(queryName: "alarmsPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    alarms(first: $first, after: $after, filter: { state: [RAISED, ACKNOWLEDGED] })
      @connection(key: "alarms_alarms") {
      edges {
        node {
          id
          type
          state
        }
      }
    }
  }
`;

/** One alarm, to be read anew by itself: through `node(id:)`. */
export const card = graphql`
  fragment alarms_card on Alarm @refetchable(queryName: "alarmsCardQuery") {
    state
    acknowledgedBy {
      name
    }
    elder {
      name
      devices {
        kind
      }
    }
  }
`;

export const acknowledge = graphql`
  mutation alarmsAcknowledgeMutation($input: AlarmAcknowledgeInput!) {
    alarmAcknowledge(input: $input) {
      alarm {
        ...alarms_card
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

export const changed = graphql`
  subscription alarmsChangedSubscription($after: String) {
    alarmChanged(after: $after) {
      cursor
      change
      alarm {
        id
        repeatCount
        ...alarms_card
      }
    }
  }
`;
