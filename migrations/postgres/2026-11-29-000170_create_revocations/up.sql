-- What makes access tokens void before their end, for services that check them without asking us. Times are UTC.
CREATE TABLE revocations (
    id BIGSERIAL PRIMARY KEY,
    -- The place in the feed, without a gap: in the order in which rows were found, which is not that of their keys.
    number BIGINT,
    -- The claim `sid` of tokens that are void, or the user whose tokens from before a time are.
    session_id VARCHAR,
    user_id BIGINT,
    -- In seconds since 1970, of a user.
    not_before BIGINT,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL
);

CREATE UNIQUE INDEX revocations_number_key ON revocations (number);
CREATE INDEX revocations_unnumbered ON revocations (id) WHERE number IS NULL;
CREATE INDEX revocations_created_at ON revocations (created_at);

-- The last number that was given, and what tells this database from others.
CREATE TABLE revocation_feed (
    database VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL
);

INSERT INTO revocation_feed (database, number) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 16), 0);

-- Whoever ends it: no path is forgotten. An impersonation ends with the session that it rests on.
CREATE FUNCTION note_ended_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (session_id, created_at) VALUES (NEW.id, NEW.ended_at);
    UPDATE sessions SET ended_at = NEW.ended_at
    WHERE impersonator_id IS NOT NULL AND ended_at IS NULL AND impersonator_session_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER sessions_revocation AFTER UPDATE OF ended_at ON sessions
FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL) EXECUTE FUNCTION note_ended_session();

CREATE FUNCTION note_deleted_api_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (session_id, created_at) VALUES (OLD.id, clock_timestamp() AT TIME ZONE 'UTC');
    RETURN NULL;
END
$$;

CREATE TRIGGER api_keys_revocation AFTER DELETE ON api_keys
FOR EACH ROW EXECUTE FUNCTION note_deleted_api_key();
