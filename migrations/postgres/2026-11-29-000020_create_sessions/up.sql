-- Times are UTC.
CREATE TABLE sessions (
    -- The claim `sid`.
    id VARCHAR PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the current refresh token.
    token_hash BYTEA NOT NULL,
    -- The number of the current refresh token, and of the one that was exchanged for it.
    generation BIGINT NOT NULL,
    predecessor BIGINT NOT NULL,
    rotated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    -- Whether the current refresh token, or an access token made with it, was accepted.
    is_used BOOLEAN NOT NULL,
    -- Numbers with commas between them.
    void_generations VARCHAR NOT NULL,
    -- The current refresh token, under a key that its predecessor gives.
    sealed_token BYTEA,
    amr VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    authenticated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITHOUT TIME ZONE,
    -- That of the user when the session was opened; another value ends the session.
    credentials_changed_at TIMESTAMP WITHOUT TIME ZONE
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX sessions_token_hash_key ON sessions (token_hash);
-- Those that have not ended are few for each user.
CREATE INDEX sessions_living ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Every refresh token that another has followed, so that its use is noticed.
CREATE TABLE spent_refresh_tokens (
    token_hash BYTEA PRIMARY KEY,
    session_id VARCHAR NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL
);

CREATE INDEX spent_refresh_tokens_session_id ON spent_refresh_tokens (session_id);
