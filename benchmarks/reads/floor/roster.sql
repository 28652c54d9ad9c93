-- $1 the region's code and $2 the end of its range, $3 and $4 the same of the caller's region.
WITH page AS MATERIALIZED (
    SELECT id, name, gender, birth_date, care_level FROM elder
    WHERE region_code >= $1 AND region_code < $2 AND region_code >= $3 AND region_code < $4
    ORDER BY id LIMIT 201
), equipment AS (
    SELECT elder_id, json_agg(json_build_object('id', 'device_' || replace(id::text, '-', ''),
        'kind', kind, 'lastSeenAt', last_seen_at) ORDER BY id) AS devices
    FROM device WHERE elder_id = ANY (ARRAY(SELECT id FROM page)) GROUP BY elder_id
), lying AS (
    SELECT DISTINCT ON (elder_id) elder_id, json_build_object('state', state,
        'bed', json_build_object('label', label, 'kind', bed.kind)) AS stay
    FROM bed_stay JOIN bed ON bed.id = bed_id
    WHERE elder_id = ANY (ARRAY(SELECT id FROM page)) AND state IN ('OCCUPIED', 'ON_LEAVE')
    ORDER BY elder_id, full_time DESC, bed_stay.id DESC
)
SELECT convert_to('{"data":{"elders":{"nodes":' || array_to_json(ARRAY(
        SELECT json_build_object(
            'id', 'elder_' || replace(id::text, '-', ''),
            'name', name, 'gender', gender,
            'age', extract(year FROM
                age((now() AT TIME ZONE 'Asia/Shanghai')::date, birth_date))::int,
            'careLevel', care_level,
            'devices', coalesce(devices, '[]'),
            'currentStay', stay)
        FROM page LEFT JOIN equipment ON equipment.elder_id = id
        LEFT JOIN lying ON lying.elder_id = id
        ORDER BY id LIMIT 200))::text || ',"pageInfo":' ||
    json_build_object(
        'hasNextPage', (SELECT count(*) FROM page) > 200,
        'endCursor', (
            SELECT encode(convert_to('["' || replace(id::text, '-', '') || '"]', 'UTF8'), 'base64')
            FROM (SELECT id FROM page ORDER BY id LIMIT 200) AS shown ORDER BY id DESC LIMIT 1)
    )::text || '}}}', 'UTF8')
