-- $1 the alarm after which the page begins, $2 and $3 the range of the caller's region. IS TRUE keeps
-- the range from an index: a page of nearly everything is read in the order of ids.
WITH page AS MATERIALIZED (
    SELECT id, elder_id, type, severity, state, raised_at, resolved_at, resolve_reason FROM alarm
    WHERE id < $1 AND (region_code >= $2 AND region_code < $3) IS TRUE
    ORDER BY id DESC LIMIT 51
)
SELECT convert_to('{"data":{"alarms":{"edges":' || array_to_json(ARRAY(
        SELECT json_build_object(
            'cursor', encode(
                convert_to('["' || replace(id::text, '-', '') || '"]', 'UTF8'), 'base64'),
            'node', json_build_object(
                'id', 'alarm_' || replace(id::text, '-', ''),
                'type', type, 'severity', severity, 'state', state, 'raisedAt', raised_at,
                'resolvedAt', resolved_at, 'resolveReason', resolve_reason,
                'elder', (
                    SELECT json_build_object('name', name) FROM elder WHERE elder.id = elder_id)))
        FROM page ORDER BY id DESC LIMIT 50))::text || ',"pageInfo":' ||
    json_build_object(
        'hasNextPage', (SELECT count(*) FROM page) > 50,
        'endCursor', (
            SELECT encode(convert_to('["' || replace(id::text, '-', '') || '"]', 'UTF8'), 'base64')
            FROM (SELECT id FROM page ORDER BY id DESC LIMIT 50) AS shown ORDER BY id LIMIT 1)
    )::text || '}}}', 'UTF8')
