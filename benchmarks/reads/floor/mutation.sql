-- $1 the alarm's id, $2 the account that acknowledges, $3 and $4 the range of its region.
-- The event's position is taken after the lock that holds until commit, as domain/outbox.py asks.
WITH moved AS (
    UPDATE alarm SET state = 'ACKNOWLEDGED', acknowledged_by = $2, acknowledged_at = clock_timestamp()
    WHERE id = $1 AND state = 'RAISED' AND region_code >= $3 AND region_code < $4
    RETURNING *
), logged AS (
    INSERT INTO alarm_log (alarm_id, change, account_id)
    SELECT id, 'ACKNOWLEDGED', $2 FROM moved RETURNING alarm_id
), locked AS MATERIALIZED (
    SELECT alarm_id, pg_advisory_xact_lock(0x594959414E47) FROM logged
), told AS (
    INSERT INTO outbox_event (topic, subject_id, change)
    SELECT 'alarm', alarm_id, 'ACKNOWLEDGED' FROM locked RETURNING topic
), notified AS MATERIALIZED (SELECT pg_notify('yiyang_outbox', topic) AS sent FROM told)
SELECT convert_to(json_build_object('data', json_build_object('alarmAcknowledge', json_build_object(
    'alarm', json_build_object(
        'id', 'alarm_' || replace(moved.id::text, '-', ''),
        'state', moved.state,
        'acknowledgedAt', moved.acknowledged_at,
        'acknowledgedBy', json_build_object('name', account.name),
        'elder', json_build_object(
            'id', 'elder_' || replace(elder.id::text, '-', ''), 'name', elder.name)),
    'userErrors', json_build_array()
)))::text, 'UTF8')
FROM moved JOIN elder ON elder.id = moved.elder_id JOIN account ON account.id = $2
CROSS JOIN notified
