-- One event, and one of 10,000 rows of a read model.
\set k random(1, 10000)
BEGIN;
INSERT INTO events (stream, version, type, payload) VALUES (gen_random_uuid(), 1, 'registered',
    jsonb_build_object('n', :client_id::int, 'at', now(), 'name', 'Laptop', 'note', repeat('abcdefghij', 42)));
INSERT INTO read_model (id, version, body)
    VALUES (:k, 1, jsonb_build_object('n', :client_id::int, 'at', now(), 'note', repeat('abcdefghij', 20)))
    ON CONFLICT (id) DO UPDATE SET version = read_model.version + 1, body = excluded.body;
END;
