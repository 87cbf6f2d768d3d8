-- What makes access tokens void before their end, for services that check them without asking us. Times are UTC, as text:
-- 2026-11-22 10:34:31.656895
CREATE TABLE revocations (
    -- AUTOINCREMENT, so that the key of a deleted row is never given to another.
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- The place in the feed, without a gap: in the order in which rows were found, which is not that of their keys.
    number BIGINT,
    -- The claim `sid` of tokens that are void, or the user whose tokens from before a time are.
    session_id VARCHAR,
    user_id BIGINT,
    -- In seconds since 1970, of a user.
    not_before BIGINT,
    created_at DATETIME NOT NULL
);

-- Also finds the rows without a number, in the order of their keys.
CREATE UNIQUE INDEX revocations_number_key ON revocations (number);
CREATE INDEX revocations_created_at ON revocations (created_at);

-- The last number that was given, and what tells this database from others.
CREATE TABLE revocation_feed (
    database VARCHAR PRIMARY KEY NOT NULL,
    number BIGINT NOT NULL
);

INSERT INTO revocation_feed (database, number) VALUES (lower(hex(randomblob(8))), 0);

-- Whoever ends it: no path is forgotten. An impersonation ends with the session that it rests on; a trigger does not run for
-- its own changes.
CREATE TRIGGER sessions_revocation AFTER UPDATE OF ended_at ON sessions
WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL
BEGIN
    INSERT INTO revocations (session_id, created_at) VALUES (NEW.id, NEW.ended_at);
    INSERT INTO revocations (session_id, created_at) SELECT id, NEW.ended_at FROM sessions
    WHERE impersonator_id IS NOT NULL AND ended_at IS NULL AND impersonator_session_id = NEW.id;
    UPDATE sessions SET ended_at = NEW.ended_at
    WHERE impersonator_id IS NOT NULL AND ended_at IS NULL AND impersonator_session_id = NEW.id;
END;

CREATE TRIGGER api_keys_revocation AFTER DELETE ON api_keys
BEGIN
    INSERT INTO revocations (session_id, created_at) VALUES (OLD.id, strftime('%Y-%m-%d %H:%M:%f000', 'now'));
END;
