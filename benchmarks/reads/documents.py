"""The five operations, as our clients would write them."""

QUERIES = ("home", "dispatcher", "roster", "history", "mutation")

HOME = """
query Home($id: ID!) {
  elder(id: $id) {
    id name age gender careLevel address tags
    region { name }
    contacts { name relation phone callingOrder }
    devices { id kind lastSeenAt online }
    currentStay { state startsOn bed { label station { name } } }
    alarms(first: 5) {
      nodes { id type severity state raisedAt acknowledgedBy { name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
"""A family's first screen: everything about one elder."""

DISPATCHER = """
query Dispatcher($region: String!) {
  alarms(first: 50, filter: {state: [RAISED, ACKNOWLEDGED, DISPATCHED, ARRIVED], region: $region}) {
    nodes {
      id type severity state level raisedAt
      elder { id name address region { name } }
      device { id kind }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
"""What is open in a street."""

ROSTER = """
query Roster($region: String!) {
  elders(first: 200, filter: {region: $region}) {
    nodes {
      id name gender age careLevel
      devices { id kind lastSeenAt }
      currentStay { state bed { label kind } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
"""Two hundred elders with their devices and beds."""

HISTORY = """
query History($after: String) {
  alarms(first: 50, after: $after) {
    edges {
      cursor
      node { id type severity state raisedAt resolvedAt resolveReason elder { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
"""A page of all alarms, asked for 50 pages deep."""

MUTATION = """
mutation Acknowledge($id: ID!) {
  alarmAcknowledge(input: {id: $id}) {
    alarm { id state acknowledgedAt acknowledgedBy { name } elder { id name } }
    userErrors { code }
  }
}
"""
"""Someone takes an alarm on."""

DOCUMENTS = {
    "home": HOME,
    "dispatcher": DISPATCHER,
    "roster": ROSTER,
    "history": HISTORY,
    "mutation": MUTATION,
}
OPERATION_NAMES = {
    "home": "Home",
    "dispatcher": "Dispatcher",
    "roster": "Roster",
    "history": "History",
    "mutation": "Acknowledge",
}
