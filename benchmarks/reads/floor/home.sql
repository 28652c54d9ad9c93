-- $1 the elder's id, $2 the account that asks: family sees the elders it is linked to.
SELECT convert_to('{"data":{"elder":' || coalesce((
    SELECT json_build_object(
        'id', 'elder_' || replace(elder.id::text, '-', ''),
        'name', elder.name,
        'age', extract(year FROM
            age((now() AT TIME ZONE 'Asia/Shanghai')::date, elder.birth_date))::int,
        'gender', elder.gender,
        'careLevel', elder.care_level,
        'address', elder.address_masked,
        'tags', ARRAY(
            SELECT tag FROM elder_tag
            WHERE elder_tag.elder_id = elder.id AND until IS NULL ORDER BY tag),
        'region', json_build_object('name', region.name),
        'contacts', ARRAY(
            SELECT json_build_object('name', name, 'relation', relation,
                'phone', phone_masked, 'callingOrder', calling_order)
            FROM contact WHERE contact.elder_id = elder.id ORDER BY calling_order),
        'devices', ARRAY(
            SELECT json_build_object('id', 'device_' || replace(id::text, '-', ''),
                'kind', kind, 'lastSeenAt', last_seen_at,
                'online', coalesce(now() - last_seen_at < CASE kind WHEN 'SOS_BUTTON'
                    THEN interval '1800 s' ELSE interval '180 s' END, false))
            FROM device WHERE device.elder_id = elder.id ORDER BY id),
        'currentStay', (
            SELECT json_build_object('state', state, 'startsOn', starts_on,
                'bed', json_build_object('label', label,
                    'station', json_build_object('name', station.name)))
            FROM bed_stay JOIN bed ON bed.id = bed_id JOIN station ON station.id = station_id
            WHERE bed_stay.elder_id = elder.id AND state IN ('OCCUPIED', 'ON_LEAVE')
            ORDER BY full_time DESC, bed_stay.id DESC LIMIT 1),
        'alarms', json_build_object(
            'nodes', ARRAY(
                SELECT json_build_object('id', 'alarm_' || replace(alarm.id::text, '-', ''),
                    'type', type, 'severity', severity, 'state', state, 'raisedAt', raised_at,
                    'acknowledgedBy', CASE WHEN account.id IS NOT NULL
                        THEN json_build_object('name', account.name) END)
                FROM (SELECT * FROM alarm WHERE alarm.elder_id = elder.id
                    ORDER BY id DESC LIMIT 5) AS alarm
                LEFT JOIN account ON account.id = acknowledged_by ORDER BY alarm.id DESC),
            'pageInfo', json_build_object(
                'hasNextPage', EXISTS (
                    SELECT FROM alarm WHERE alarm.elder_id = elder.id ORDER BY id DESC OFFSET 5),
                'endCursor', (
                    SELECT encode(
                        convert_to('["' || replace(id::text, '-', '') || '"]', 'UTF8'), 'base64')
                    FROM (SELECT id FROM alarm WHERE alarm.elder_id = elder.id
                        ORDER BY id DESC LIMIT 5) AS shown
                    ORDER BY id LIMIT 1)))
    )::text
    FROM elder JOIN region ON region.code = elder.region_code
    WHERE elder.id = $1
        AND EXISTS (SELECT FROM family_link WHERE account_id = $2 AND elder_id = $1
            AND alarms_until > now() AND health_record_until > now())
), 'null') || '}}', 'UTF8')
