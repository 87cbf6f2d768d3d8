-- Pairs of keys that access tokens are signed with. Times are UTC.
CREATE TABLE signing_keys (
    -- The thumbprint of the public half (RFC 7638).
    kid VARCHAR PRIMARY KEY,
    algorithm VARCHAR NOT NULL,
    -- The private half, under a key that is not in the database.
    sealed BYTEA NOT NULL,
    -- next, active or retired.
    state VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    activated_at TIMESTAMP,
    retired_at TIMESTAMP
);

-- One signs.
CREATE UNIQUE INDEX signing_keys_active_key ON signing_keys (state) WHERE state = 'active';
