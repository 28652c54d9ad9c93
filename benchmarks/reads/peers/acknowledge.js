// The one mutation: the same rows in one transaction as Yiyang's domain writes.
import { transaction } from './database.js'

const MOVE = `
  WITH moved AS (
    UPDATE alarm SET state = 'ACKNOWLEDGED', acknowledged_by = $2, acknowledged_at = clock_timestamp()
    WHERE id = $1 AND state = 'RAISED' AND region_code >= $3 AND region_code < $4
    RETURNING *
  ), logged AS (
    INSERT INTO alarm_log (alarm_id, change, account_id, note)
    SELECT id, 'ACKNOWLEDGED', $2, $5 FROM moved
  )
  SELECT * FROM moved`

// An event's position is taken under a lock that holds until its commit can be seen.
const TELL = `
  WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(0x594959414E47)),
  told AS (
    INSERT INTO outbox_event (topic, subject_id, change)
    SELECT 'alarm', $1, 'ACKNOWLEDGED' FROM locked RETURNING topic
  )
  SELECT pg_notify('yiyang_outbox', topic) FROM told`

/** The acknowledged alarm; null where the caller may see none of that key that is raised. */
export function acknowledge (caller, key, note) {
  const end = caller.region.slice(0, -1) +
    String.fromCharCode(caller.region.charCodeAt(caller.region.length - 1) + 1)
  return transaction(async (run) => {
    const [alarm] = await run(MOVE, [key, caller.id, caller.region, end, note ?? null])
    if (alarm) await run(TELL, [key])
    return alarm ?? null
  })
}
