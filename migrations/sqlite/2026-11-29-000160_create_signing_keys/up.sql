-- Pairs of keys that access tokens are signed with. Times are UTC, as text: 2026-11-22 10:34:31.656895
CREATE TABLE signing_keys (
    -- The thumbprint of the public half (RFC 7638).
    kid VARCHAR PRIMARY KEY NOT NULL,
    algorithm VARCHAR NOT NULL,
    -- The private half, under a key that is not in the database.
    sealed BLOB NOT NULL,
    -- next, active or retired.
    state VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    activated_at DATETIME,
    retired_at DATETIME
);

-- One signs.
CREATE UNIQUE INDEX signing_keys_active_key ON signing_keys (state) WHERE state = 'active';
