-- PostGraphile's mutation: the same rows in one transaction as Yiyang's domain writes, in one function
-- of the database, as its makers advise.
CREATE SCHEMA peers;
CREATE FUNCTION peers.acknowledge_alarm(alarm_id uuid, account_id uuid, from_code text, to_code text)
RETURNS alarm LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    moved alarm;
BEGIN
    UPDATE alarm SET state = 'ACKNOWLEDGED', acknowledged_by = $2, acknowledged_at = clock_timestamp()
    WHERE id = $1 AND state = 'RAISED' AND region_code >= $3 AND region_code < $4
    RETURNING * INTO moved;
    IF FOUND THEN
        INSERT INTO alarm_log (alarm_id, change, account_id) VALUES ($1, 'ACKNOWLEDGED', $2);
        -- An event's position is taken under a lock that holds until its commit can be seen.
        PERFORM pg_advisory_xact_lock(0x594959414E47);
        INSERT INTO outbox_event (topic, subject_id, change) VALUES ('alarm', $1, 'ACKNOWLEDGED');
        PERFORM pg_notify('yiyang_outbox', 'alarm');
    END IF;
    RETURN moved;
END $$;
