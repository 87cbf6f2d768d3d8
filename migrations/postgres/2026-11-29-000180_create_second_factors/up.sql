-- Whether the user has a factor of each kind, kept in the transaction of the factor itself: every log-in asks.
ALTER TABLE users ADD COLUMN has_totp BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN has_passkey BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether the device needs no second factor to log in.
ALTER TABLE device_tokens ADD COLUMN skips_second_factor BOOLEAN NOT NULL DEFAULT FALSE;

-- Log-ins that lack their second factor. Times are UTC.
CREATE TABLE pending_log_ins (
    -- SHA-256 of the token.
    token_hash BYTEA PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the device token that came with the password.
    device_hash BYTEA,
    tries BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    -- That of the user when the password was right; another value ends it.
    credentials_changed_at TIMESTAMP
);

CREATE INDEX pending_log_ins_user_id ON pending_log_ins (user_id);
CREATE INDEX pending_log_ins_expires_at ON pending_log_ins (expires_at);

-- Each is deleted when it is used.
CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the code, which has 80 random bits.
    code_hash BYTEA NOT NULL,
    -- Whether the address was the user's when it was made.
    is_proven BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- The secrets from which users make codes that depend on the time (RFC 6238).
CREATE TABLE totp_factors (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- The secret, under a key that is not in the database.
    sealed BYTEA NOT NULL,
    -- The step of the last code that was accepted: none of before is again.
    last_step BIGINT NOT NULL,
    -- Whether the address was the user's when the factor was added.
    is_proven BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Secrets of which the user has not shown a code yet.
CREATE TABLE totp_enrolments (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- The session in which it was asked for.
    session_id VARCHAR NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE INDEX totp_enrolments_expires_at ON totp_enrolments (expires_at);
