-- What pgbench appends to.
CREATE TABLE events (position bigserial PRIMARY KEY, stream uuid NOT NULL, version int NOT NULL, type text NOT NULL,
    payload jsonb NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, version));
CREATE TABLE read_model (id int PRIMARY KEY, version int NOT NULL, body jsonb NOT NULL);
