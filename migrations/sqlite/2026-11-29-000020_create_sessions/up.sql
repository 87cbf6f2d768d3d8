-- Times are UTC, as text: 2026-11-22 10:34:31.656895
CREATE TABLE sessions (
    -- The claim `sid`.
    id VARCHAR PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the current refresh token.
    token_hash BLOB NOT NULL,
    -- The number of the current refresh token, and of the one that was exchanged for it.
    generation BIGINT NOT NULL,
    predecessor BIGINT NOT NULL,
    rotated_at DATETIME NOT NULL,
    -- Whether the current refresh token, or an access token made with it, was accepted.
    is_used BOOLEAN NOT NULL,
    -- Numbers with commas between them.
    void_generations VARCHAR NOT NULL,
    -- The current refresh token, under a key that its predecessor gives.
    sealed_token BLOB,
    amr VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    authenticated_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    last_used_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    ended_at DATETIME,
    -- That of the user when the session was opened; another value ends the session.
    credentials_changed_at DATETIME
);

CREATE UNIQUE INDEX sessions_token_hash_key ON sessions (token_hash);
-- Those that have not ended are few for each user.
CREATE INDEX sessions_living ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Every refresh token that another has followed, so that its use is noticed.
CREATE TABLE spent_refresh_tokens (
    token_hash BLOB PRIMARY KEY NOT NULL,
    session_id VARCHAR NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL
);

CREATE INDEX spent_refresh_tokens_session_id ON spent_refresh_tokens (session_id);
