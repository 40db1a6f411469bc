CREATE SEQUENCE events_position;

CREATE TABLE streams (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    number      text NOT NULL,
    version     bigint NOT NULL,
    head_hash   bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (kind, number)
) WITH (fillfactor = 80);

CREATE TABLE events (
    position    bigint PRIMARY KEY DEFAULT nextval('events_position'),
    id          uuid NOT NULL UNIQUE,
    stream_id   uuid NOT NULL REFERENCES streams (id),
    kind        text NOT NULL,
    version     bigint NOT NULL,
    type        text NOT NULL,
    data        text NOT NULL,
    meta        text NOT NULL,
    org_unit_id uuid,
    owner_id    uuid,
    recorded_at timestamptz NOT NULL,
    hash        bytea NOT NULL,
    UNIQUE (stream_id, version)
);
CREATE INDEX events_kind ON events (kind, position);
CREATE INDEX events_recorded_at ON events USING brin (recorded_at);

-- The past is not edited: not by us, not by mistake.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''the event log is append-only''; END';
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every writer says, before it draws its first position, which positions it may still fill: a shared lock,
-- held until its transaction has left, whose key is a tag (0x0DA2) and the sequence's value. See `tail.rs`.
CREATE FUNCTION announce_append() RETURNS void LANGUAGE plpgsql AS $$
DECLARE upper bigint;
BEGIN
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO upper FROM events_position;
    PERFORM pg_advisory_xact_lock_shared((3490::bigint << 48) | upper);
END $$;

CREATE TABLE numbers (
    series text PRIMARY KEY,
    last   bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE command_log (
    caller       text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    answer       text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX command_log_created_at ON command_log (created_at);

CREATE TABLE snapshots (
    stream_id  uuid PRIMARY KEY,
    schema     bigint NOT NULL,
    version    bigint NOT NULL,
    entity     text NOT NULL
);

CREATE TABLE timers (
    stream_id  uuid NOT NULL,
    name       text NOT NULL,
    kind       text NOT NULL,
    due_at     timestamptz NOT NULL,
    attempts   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (stream_id, name)
);
CREATE INDEX timers_due_at ON timers (due_at);

CREATE TABLE inbox (
    subscription text NOT NULL,
    event_id     uuid NOT NULL,
    handled_at   timestamptz NOT NULL,
    PRIMARY KEY (subscription, event_id)
);

CREATE TABLE subject_keys (
    subject     uuid PRIMARY KEY,
    wrapped_key bytea,
    created_at  timestamptz NOT NULL,
    destroyed_at timestamptz
);

CREATE TABLE read_models (
    name        text PRIMARY KEY,
    fingerprint text NOT NULL,
    built_at    timestamptz NOT NULL
);
