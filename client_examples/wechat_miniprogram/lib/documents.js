/** The pages' GraphQL documents. */

/** Who a token belongs to, which decides their first page. */
const VIEWER = `query Viewer { viewer { id name role } }`;

const ALARM = `
fragment AlarmParts on Alarm {
  id title severity state level raisedAt repeatCount clearedAt
  acknowledgedAt dispatchedAt arrivedAt resolvedAt resolveReason
  acknowledgedBy { id name }
  elder { id name }
  availableActions
}`;

/**
 * All that the home page shows. The stream is resumed from the cursor of `alarms`: whatever happens
 * after that page was read comes through the stream.
 */
const HOME = `
query FamilyHome {
  viewer { id name }
  alarms(first: 50) { streamCursor nodes { ...AlarmParts } }
  elders(first: 20) {
    pageInfo { hasNextPage }
    nodes {
      id name gender age careLevel
      region { name }
      currentStay { state bed { label station { name } } }
      contacts { name relation phone callingOrder }
    }
  }
}
${ALARM}`;

const ACKNOWLEDGE = `
mutation FamilyAcknowledge($input: AlarmAcknowledgeInput!) {
  alarmAcknowledge(input: $input) {
    alarm { ...AlarmParts }
    userErrors { code message }
  }
}
${ALARM}`;

const CHANGED = `
subscription FamilyAlarms($after: String) {
  alarmChanged(after: $after) { cursor change alarm { ...AlarmParts } }
}
${ALARM}`;

/** Whether alarms can be told of while the mini-program is closed. */
const PUSH_HEALTH = `query PushHealth {
  pushHealth { templates { appId templateId ofDevices askAgain } }
}`;

const GRANT_PUSH = `
mutation GrantPush($input: PushPermissionGrantInput!) {
  pushPermissionGrant(input: $input) { userErrors { code message } }
}`;

const VISIT = `
fragment VisitParts on VisitTask {
  id kind state scheduledFrom scheduledTo
  region { name }
  position { longitude latitude }
  availableActions
}`;

/** Whoever has claimed a visit learns whose it is and where they live, while it is theirs. */
const CLAIMED_VISIT = `
fragment ClaimedVisitParts on VisitTask { ...VisitParts enteredLate elder { name fullAddress } }
${VISIT}`;

/** A visit of one's own, as it is now. */
const OWN_VISIT = `
query OwnVisit($id: ID!) { visitTask(id: $id) { ...ClaimedVisitParts } }
${CLAIMED_VISIT}`;

/** All that the visits page shows: those to be had, near where the volunteer is, and their own. */
const VISITS = `
query Visits($near: NearInput) {
  open: visitTasks(first: 20, filter: { state: [OPEN], near: $near }) {
    nodes { ...VisitParts }
    pageInfo { hasNextPage endCursor }
  }
  mine: visitTasks(first: 20, filter: { state: [CLAIMED, CHECKED_IN] }) {
    nodes { ...ClaimedVisitParts }
  }
}
${CLAIMED_VISIT}`;

const MORE_VISITS = `
query MoreVisits($near: NearInput, $after: String) {
  open: visitTasks(first: 20, after: $after, filter: { state: [OPEN], near: $near }) {
    nodes { ...VisitParts }
    pageInfo { hasNextPage endCursor }
  }
}
${VISIT}`;

const CLAIM = `
mutation VisitClaim($input: VisitClaimInput!) {
  answer: visitClaim(input: $input) {
    visitTask { ...ClaimedVisitParts }
    userErrors { code message }
  }
}
${CLAIMED_VISIT}`;

const RELEASE = `
mutation VisitRelease($input: VisitReleaseInput!) {
  answer: visitRelease(input: $input) {
    visitTask { ...VisitParts }
    userErrors { code message }
  }
}
${VISIT}`;

const CHECK_IN = `
mutation VisitCheckIn($input: VisitCheckInInput!) {
  answer: visitCheckIn(input: $input) {
    visitTask { ...ClaimedVisitParts }
    userErrors { code message }
  }
}
${CLAIMED_VISIT}`;

const CHECK_OUT = `
mutation VisitCheckOut($input: VisitCheckOutInput!) {
  answer: visitCheckOut(input: $input) {
    visitTask { ...ClaimedVisitParts }
    userErrors { code message }
  }
}
${CLAIMED_VISIT}`;

const REFUSE = `
mutation VisitRefuse($input: VisitRefuseInput!) {
  answer: visitRefuse(input: $input) {
    visitTask { ...ClaimedVisitParts }
    userErrors { code message }
  }
}
${CLAIMED_VISIT}`;

module.exports = {
  VIEWER,
  HOME,
  ACKNOWLEDGE,
  CHANGED,
  PUSH_HEALTH,
  GRANT_PUSH,
  OWN_VISIT,
  VISITS,
  MORE_VISITS,
  CLAIM,
  RELEASE,
  CHECK_IN,
  CHECK_OUT,
  REFUSE,
};
