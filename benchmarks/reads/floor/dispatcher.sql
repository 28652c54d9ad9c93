-- $1 the street's code and $2 the end of its range, $3 and $4 the same of the caller's region.
WITH page AS MATERIALIZED (
    SELECT id, type, severity, state, level, raised_at, elder_id, device_id FROM alarm
    WHERE region_code >= $1 AND region_code < $2 AND region_code >= $3 AND region_code < $4
        AND state IN ('RAISED', 'ACKNOWLEDGED', 'DISPATCHED', 'ARRIVED')
    ORDER BY id DESC LIMIT 51
)
SELECT convert_to('{"data":{"alarms":{"nodes":' || array_to_json(ARRAY(
        SELECT json_build_object(
            'id', 'alarm_' || replace(shown.id::text, '-', ''),
            'type', type, 'severity', severity, 'state', state,
            'level', level, 'raisedAt', raised_at,
            'elder', (SELECT json_build_object(
                'id', 'elder_' || replace(elder.id::text, '-', ''),
                'name', elder.name, 'address', elder.address_masked,
                'region', json_build_object('name', region.name))
                FROM elder JOIN region ON region.code = region_code WHERE elder.id = elder_id),
            'device', (SELECT json_build_object(
                'id', 'device_' || replace(device.id::text, '-', ''), 'kind', device.kind)
                FROM device WHERE device.id = device_id))
        FROM page AS shown ORDER BY id DESC LIMIT 50))::text || ',"pageInfo":' ||
    json_build_object(
        'hasNextPage', (SELECT count(*) FROM page) > 50,
        'endCursor', (
            SELECT encode(convert_to('["' || replace(id::text, '-', '') || '"]', 'UTF8'), 'base64')
            FROM (SELECT id FROM page ORDER BY id DESC LIMIT 50) AS shown ORDER BY id LIMIT 1)
    )::text || '}}}', 'UTF8')
