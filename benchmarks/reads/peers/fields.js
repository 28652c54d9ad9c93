// The fields that need no read, the same for every server here.
import { acknowledge } from './acknowledge.js'
import { alarms, elder, elders } from './reads.js'
import { ageOf, cursorOf, isOnline, keyOf, pageOf, publicId } from './values.js'

const pageInfo = ({ nodes, hasNextPage, hasPreviousPage }) => ({
  hasNextPage,
  hasPreviousPage,
  startCursor: nodes.length ? cursorOf(nodes[0]) : null,
  endCursor: nodes.length ? cursorOf(nodes.at(-1)) : null
})
const connection = {
  edges: ({ nodes }) => nodes.map((node) => ({ cursor: cursorOf(node), node })),
  pageInfo
}

export const fields = {
  Query: {
    elder: (_, { id }, { caller }) => elder(caller, keyOf('elder', id)),
    elders: async (_, page, { caller }) =>
      pageOf(await elders(caller, page), page.first, page.after),
    alarms: async (_, page, { caller }) =>
      pageOf(await alarms(caller, page), page.first, page.after)
  },
  Mutation: {
    alarmAcknowledge: async (_, { input }, { caller }) => {
      const alarm = await acknowledge(caller, keyOf('alarm', input.id), input.note)
      const userErrors = alarm ? [] : [{ code: 'NOT_FOUND', field: 'id', message: 'no such alarm' }]
      return { alarm, userErrors }
    }
  },
  Account: { id: (account) => publicId('account', account.id) },
  Station: { id: (station) => publicId('station', station.id) },
  Contact: {
    phone: (contact) => contact.phone_masked,
    callingOrder: (contact) => contact.calling_order
  },
  Elder: {
    id: (elder) => publicId('elder', elder.id),
    birthDate: (elder) => elder.birth_date,
    age: (elder) => ageOf(elder.birth_date),
    careLevel: (elder) => elder.care_level,
    address: (elder) => elder.address_masked
  },
  Device: {
    id: (device) => publicId('device', device.id),
    lastSeenAt: (device) => device.last_seen_at,
    online: isOnline
  },
  Bed: { id: (bed) => publicId('bed', bed.id) },
  BedStay: {
    id: (stay) => publicId('bed_stay', stay.id),
    startsOn: (stay) => stay.starts_on,
    endsOn: (stay) => stay.ends_on
  },
  Alarm: {
    id: (alarm) => publicId('alarm', alarm.id),
    raisedAt: (alarm) => alarm.raised_at,
    acknowledgedAt: (alarm) => alarm.acknowledged_at,
    resolvedAt: (alarm) => alarm.resolved_at,
    resolveReason: (alarm) => alarm.resolve_reason
  },
  ElderConnection: connection,
  AlarmConnection: connection
}
