-- Times are UTC, as text: 2026-11-22 10:34:31.656895
-- What authenticators know users by (WebAuthn level 3, 14.6.1).
CREATE TABLE passkey_handles (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- 16 random bytes.
    handle BLOB NOT NULL
);

CREATE TABLE passkeys (
    id VARCHAR PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What the authenticator calls it.
    credential_id BLOB NOT NULL,
    name VARCHAR NOT NULL,
    -- The public key and what is known of the authenticator, as JSON.
    record VARCHAR NOT NULL,
    -- How often it has signed; 0 where its authenticator does not count.
    counter BIGINT NOT NULL,
    -- Whether the address of the user was verified when the passkey was made.
    is_proven BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    last_used_at DATETIME
);

CREATE UNIQUE INDEX passkeys_credential_id_key ON passkeys (credential_id);
CREATE INDEX passkeys_user_id ON passkeys (user_id, created_at, id);

-- The ceremonies that came to an end, however they did: none counts twice.
CREATE TABLE spent_ceremonies (
    id VARCHAR PRIMARY KEY NOT NULL,
    -- When it would not have counted any more.
    expires_at DATETIME NOT NULL
);

CREATE INDEX spent_ceremonies_expires_at ON spent_ceremonies (expires_at);
