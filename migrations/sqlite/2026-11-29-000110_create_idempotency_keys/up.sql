-- Answers of calls that are to be carried out once, however often they are sent. Times are UTC, as text:
-- 2026-11-22 10:34:31.656895
CREATE TABLE idempotency_keys (
    -- A keyed hash of the caller, the route and the key.
    id VARCHAR PRIMARY KEY NOT NULL,
    -- A keyed hash of the body.
    fingerprint VARCHAR NOT NULL,
    -- The answer, under a key that the client's key gives; NULL while the call is carried out.
    sealed BLOB,
    -- Until then nobody else carries it out.
    running_until DATETIME NOT NULL,
    expires_at DATETIME NOT NULL
);

CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
