// Lists in lists, each of them growing by itself.
import { graphql } from "relay-runtime";

export const open = graphql`
  query placesOpenQuery($region: String) {
    stations(first: 20, filter: { region: $region }) @connection(key: "places_stations") {
      edges {
        node {
          id
          ...places_beds
        }
      }
    }
  }
`;

/** A place's beds: read on through `node(id:)`, from the end backwards. */
export const beds = graphql`
  fragment places_beds on Station
  @refetchable(queryName: "placesBedsQuery")
  @argumentDefinitions(last: { type: "Int", defaultValue: 10 }, before: { type: "String" }) {
    name
    beds(last: $last, before: $before) @connection(key: "places_beds") {
      edges {
        node {
          label
          ...places_stay
        }
      }
    }
  }
`;

/** Plain data: no subscription to the store. */
export const stay = graphql`
  fragment places_stay on Bed {
    currentStay {
      state
      startsOn
      elder @required(action: NONE) {
        name
      }
    }
  }
`;

/** Anything, by ids alone. */
export const anything = graphql`
  query placesAnythingQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      ...places_beds @alias @arguments(last: 1)
      ...places_stay @alias
    }
  }
`;
