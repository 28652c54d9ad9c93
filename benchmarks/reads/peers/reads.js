// What the resolvers read. Each batch is one statement for all keys; results come in their order.
import { statement } from './database.js'
import { keyInCursor } from './values.js'

const ELDER = 'id, region_code, name, gender, birth_date, care_level, address_masked'
const ALARM = 'id, elder_id, device_id, type, severity, state, level, raised_at, acknowledged_at, ' +
  'acknowledged_by, resolved_at, resolve_reason'

/** A code's subtree as a range of codes. */
const rangeOf = (code) =>
  [code, code.slice(0, -1) + String.fromCharCode(code.charCodeAt(code.length - 1) + 1)]

// Who may see a row is asked where a read begins: family sees the elders who
// consent to it, staff the
// rows of its region. What hangs on a row that was found is read without asking again.
const elderOfFamily = statement(`
  SELECT ${ELDER} FROM elder WHERE id = $1
    AND EXISTS (SELECT FROM family_link WHERE account_id = $2 AND elder_id = $1
      AND alarms_until > now() AND health_record_until > now())`)
const elderOfRegion = statement(`
  SELECT ${ELDER} FROM elder WHERE id = $1 AND region_code >= $2 AND region_code < $3`)

export async function elder (caller, key) {
  const rows = caller.role === 'FAMILY'
    ? await elderOfFamily(key, caller.id)
    : await elderOfRegion(key, ...rangeOf(caller.region))
  return rows[0] ?? null
}

const eldersOfRegion = statement(`
  SELECT ${ELDER} FROM elder
  WHERE region_code >= $1 AND region_code < $2 AND region_code >= $3 AND region_code < $4
  ORDER BY id LIMIT $5`)
const eldersAfter = statement(`
  SELECT ${ELDER} FROM elder
  WHERE region_code >= $1 AND region_code < $2 AND region_code >= $3 AND region_code < $4 AND id > $6
  ORDER BY id LIMIT $5`)

/** A page of elders, and one more. */
export function elders (caller, { first, after, filter }) {
  const ranges = [...rangeOf(caller.region), ...rangeOf(filter?.region ?? caller.region), first + 1]
  return after ? eldersAfter(...ranges, keyInCursor(after)) : eldersOfRegion(...ranges)
}

const RANGES = 'region_code >= $1 AND region_code < $2 AND region_code >= $3 AND region_code < $4'

/** A page of alarms, newest first, and one more. */
export function alarms (caller, { first, after, filter }) {
  const values = [...rangeOf(caller.region), ...rangeOf(filter?.region ?? caller.region), first + 1]
  let where = RANGES
  if (filter?.state) {
    values.push(filter.state)
    where += ` AND state = ANY ($${values.length})`
  }
  if (after) {
    values.push(keyInCursor(after))
    where += ` AND id < $${values.length}`
  }
  return statement(`SELECT ${ALARM} FROM alarm WHERE ${where} ORDER BY id DESC LIMIT $5`)(...values)
}

/** Rows by key, each key asked for once. */
function byKey (text, key = 'id') {
  const run = statement(text)
  return async (keys) => {
    const found = new Map()
    for (const row of await run([...new Set(keys)])) found.set(row[key], row)
    return keys.map((each) => found.get(each) ?? null)
  }
}

/** Rows by the parent that they point to, in the statement's order. */
function byParent (text, parent = 'elder_id') {
  const run = statement(text)
  return async (keys, ...more) => {
    const found = new Map(keys.map((key) => [key, []]))
    for (const row of await run(keys, ...more)) found.get(row[parent]).push(row)
    return keys.map((key) => found.get(key))
  }
}

export const regions = byKey('SELECT code, name FROM region WHERE code = ANY ($1)', 'code')
export const accounts = byKey('SELECT id, name FROM account WHERE id = ANY ($1)')
export const stations = byKey('SELECT id, name FROM station WHERE id = ANY ($1)')
export const beds = byKey('SELECT id, station_id, kind, nursing, label FROM bed WHERE id = ANY ($1)')
export const devices = byKey('SELECT id, kind, last_seen_at FROM device WHERE id = ANY ($1)')
export const eldersByKey = byKey(`SELECT ${ELDER} FROM elder WHERE id = ANY ($1)`)

const tagRowsOf = byParent(`
  SELECT elder_id, tag FROM elder_tag WHERE elder_id = ANY ($1) AND until IS NULL ORDER BY tag`)
export const tagsOf = async (keys) =>
  (await tagRowsOf(keys)).map((rows) => rows.map((row) => row.tag))
export const contactsOf = byParent(`
  SELECT elder_id, name, relation, phone_masked, calling_order FROM contact
  WHERE elder_id = ANY ($1) ORDER BY calling_order`)
export const devicesOf = byParent(`
  SELECT elder_id, id, kind, last_seen_at FROM device WHERE elder_id = ANY ($1) ORDER BY id`)
export const currentStayOf = byKey(`
  SELECT DISTINCT ON (elder_id) elder_id, id, bed_id, state, starts_on, ends_on FROM bed_stay
  WHERE elder_id = ANY ($1) AND state IN ('OCCUPIED', 'ON_LEAVE')
  ORDER BY elder_id, full_time DESC, id DESC`, 'elder_id')
/** The newest alarms of each elder, one more than asked for. */
export const alarmsOf = byParent(`
  SELECT alarm.* FROM unnest($1::uuid[]) AS parent (key)
  CROSS JOIN LATERAL (
    SELECT ${ALARM} FROM alarm WHERE elder_id = parent.key ORDER BY id DESC LIMIT $2) AS alarm`)
