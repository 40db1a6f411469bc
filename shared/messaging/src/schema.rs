//! Tables of this crate; all of them live in the database of the service that relays, listens or waits.

use event_store::Migration;

pub const MIGRATIONS: &[Migration] = &[FIRST, crate::dead_letters::MIGRATION];

const FIRST: Migration = Migration {
    name: "messaging-1",
    postgres: "
        CREATE TABLE leases (name text PRIMARY KEY, owner uuid NOT NULL, epoch bigint NOT NULL, expires_at bigint NOT NULL);
        CREATE TABLE checkpoints (name text PRIMARY KEY, position bigint NOT NULL, epoch bigint NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE parked (id uuid PRIMARY KEY, subscription text NOT NULL, key text NOT NULL, event_id uuid, event text NOT NULL,
            error text NOT NULL, attempts bigint NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, state text NOT NULL);
        CREATE INDEX parked_key ON parked (key, state);",
    sqlite: "
        CREATE TABLE leases (name text PRIMARY KEY, owner blob NOT NULL, epoch integer NOT NULL, expires_at integer NOT NULL);
        CREATE TABLE checkpoints (name text PRIMARY KEY, position integer NOT NULL, epoch integer NOT NULL);
        CREATE TABLE parked (id blob PRIMARY KEY, subscription text NOT NULL, key text NOT NULL, event_id blob, event text NOT NULL,
            error text NOT NULL, attempts integer NOT NULL, first_at text NOT NULL, last_at text NOT NULL, state text NOT NULL);
        CREATE INDEX parked_key ON parked (key, state);",
};
