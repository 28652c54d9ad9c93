// How values look to clients; the same as Yiyang's.

export const publicId = (prefix, key) => `${prefix}_${key.replaceAll('-', '')}`

/** The key in a global id, for PostgreSQL: it reads 32 hex digits as a UUID. */
export function keyOf (prefix, id) {
  if (!id.startsWith(`${prefix}_`) || id.length !== prefix.length + 33) {
    throw new Error(`no id of ${prefix}`)
  }
  return id.slice(prefix.length + 1)
}

export const cursorOf = (row) =>
  Buffer.from(`["${row.id.replaceAll('-', '')}"]`).toString('base64url')

export const keyInCursor = (cursor) => JSON.parse(Buffer.from(cursor, 'base64url').toString())[0]

/** A page of rows of which one more was read than asked for. */
export function pageOf (rows, first, after) {
  const nodes = rows.length > first ? rows.slice(0, first) : rows
  return { nodes, hasNextPage: rows.length > first, hasPreviousPage: after != null }
}

const HEARTBEAT_SECONDS = { SOS_BUTTON: 600, SLEEP_BAND: 60 }

/** Whether a device has missed fewer than three heartbeats. */
export const isOnline = (device) =>
  device.last_seen_at !== null &&
  Date.now() - Date.parse(device.last_seen_at) < 3000 * HEARTBEAT_SECONDS[device.kind]

const ZONE = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })
let day = { until: 0, text: '' }

/** Today in the district, as YYYY-MM-DD; formatted once a second. */
function today () {
  const now = Date.now()
  if (now >= day.until) day = { until: now + 1000, text: ZONE.format(now) }
  return day.text
}

/** Completed years today. */
export function ageOf (birthDate) {
  const now = today()
  const years = Number(now.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return now.slice(5) < birthDate.slice(5) ? years - 1 : years
}
