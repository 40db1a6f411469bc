-- Copies of one device (:device) with its first two events: :count devices of ten events each.
\set QUIET on
CREATE TEMP TABLE copies AS SELECT i, gen_random_uuid() AS id FROM generate_series(1, :count) AS i;
INSERT INTO streams SELECT (jsonb_populate_record(streams, jsonb_build_object(
        'id', copies.id, 'version', 10, 'number', 'DEV-' || to_char(copies.i + 1, 'FM000000')))).*
    FROM streams, copies WHERE streams.id = :'device';
INSERT INTO events (id, stream_id, kind, version, type, data, meta, org_unit_id, owner_id, recorded_at, hash)
    SELECT gen_random_uuid(), copies.id, kind, v, type, data, meta, org_unit_id, owner_id, recorded_at, hash
    FROM copies CROSS JOIN generate_series(1, 10) AS v
    JOIN events ON events.stream_id = :'device' AND events.version = least(v, 2);
INSERT INTO devices SELECT (jsonb_populate_record(devices, jsonb_build_object(
        'id', copies.id, 'version', 10, 'number', 'DEV-' || to_char(copies.i + 1, 'FM000000'),
        'created_at', created_at + copies.i * interval '1 millisecond', 'inventory_number', 'B-' || copies.i, 'serial', 'S-' || copies.i, 'location', 'A-' || copies.i % 400,
        'search', 'dev ' || copies.i || ' bench b1'))).*
    FROM devices, copies WHERE devices.id = :'device';
UPDATE numbers SET last = last + :count WHERE series = 'DEV';
ANALYZE;
CHECKPOINT;
