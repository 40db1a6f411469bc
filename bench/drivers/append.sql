-- One event of a new stream.
INSERT INTO events (stream, version, type, payload) VALUES (gen_random_uuid(), 1, 'registered',
    jsonb_build_object('n', :client_id::int, 'at', now(), 'name', 'Laptop', 'note', repeat('abcdefghij', 42)));
