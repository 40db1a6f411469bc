-- Appending announces itself: the trigger fires before the first row draws its position, and takes no round trip.
CREATE FUNCTION announce_inserts() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM announce_append(); RETURN NULL; END';
CREATE TRIGGER events_are_announced BEFORE INSERT ON events
    FOR EACH STATEMENT EXECUTE FUNCTION announce_inserts();

-- Every append begins or advances its stream in the same transaction, so the key could only say so once more, for each event.
ALTER TABLE events DROP CONSTRAINT events_stream_id_fkey;
