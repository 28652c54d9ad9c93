/** The page's GraphQL documents. */

const ALARM = `
fragment AlarmParts on Alarm {
  id title severity state level raisedAt late repeatCount clearedAt
  acknowledgedAt dispatchedAt arrivedAt resolvedAt resolveReason
  acknowledgedBy { id name }
  elder { id name }
  spokenText availableActions
}`;

/**
 * All that the page shows. The stream is resumed from the cursor of the root's `alarms`: whatever
 * happens after that page was read comes through the stream.
 */
export const HOME = `
query FamilyHome {
  viewer { id name }
  alarms(first: 50) { streamCursor nodes { ...AlarmParts } }
  elders(first: 20) {
    pageInfo { hasNextPage }
    nodes {
      id name gender age careLevel tags
      region { name }
      contacts { name relation phone callingOrder }
      devices { id title lastSeenAt online }
      alarms(first: 10) { nodes { ...AlarmParts } }
    }
  }
}
${ALARM}`;

export const DEVICES = `
query FamilyDevices {
  elders(first: 20) { nodes { id devices { id title lastSeenAt online } } }
}`;

export const ACKNOWLEDGE = `
mutation FamilyAcknowledge($input: AlarmAcknowledgeInput!) {
  alarmAcknowledge(input: $input) {
    alarm { ...AlarmParts }
    userErrors { code message }
  }
}
${ALARM}`;

export const CHANGED = `
subscription FamilyAlarms($after: String) {
  alarmChanged(after: $after) { cursor change alarm { ...AlarmParts } }
}
${ALARM}`;
