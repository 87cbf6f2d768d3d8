-- Times are UTC, as text: 2026-11-22 10:34:31.656895
CREATE TABLE service_accounts (
    id VARCHAR PRIMARY KEY NOT NULL,
    name VARCHAR NOT NULL,
    -- Names with spaces between them.
    permissions VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE INDEX service_accounts_created_at ON service_accounts (created_at, id);

CREATE TABLE api_keys (
    id VARCHAR PRIMARY KEY NOT NULL,
    -- SHA-256 of the whole text.
    token_hash BLOB NOT NULL,
    -- One of these two is the owner.
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    service_account_id VARCHAR REFERENCES service_accounts (id) ON DELETE CASCADE,
    name VARCHAR NOT NULL,
    -- The beginning of the text.
    prefix VARCHAR NOT NULL,
    -- Names with spaces between them; NULL for all that the owner may do.
    permissions VARCHAR,
    -- Whether the address of the user was verified when the key was made.
    is_proven BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    last_used_at DATETIME,
    CHECK ((user_id IS NULL) <> (service_account_id IS NULL))
);

CREATE UNIQUE INDEX api_keys_token_hash_key ON api_keys (token_hash);
CREATE INDEX api_keys_user_id ON api_keys (user_id, created_at, id);
CREATE INDEX api_keys_service_account_id ON api_keys (service_account_id, created_at, id);
