-- Mails, from the transaction of what they tell of until they are sent. Times are UTC, as text.
CREATE TABLE outbox (
    id VARCHAR PRIMARY KEY NOT NULL,
    kind VARCHAR NOT NULL,
    -- Whom it concerns; nobody where it only takes the place of a mail, or when the user is gone.
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    -- The address under a name that only the service can match with it.
    recipient VARCHAR NOT NULL,
    -- The content under a key that is not in the database; erased once it was sent.
    sealed BLOB,
    created_at DATETIME NOT NULL,
    -- pending, sent, dead, or unsent: that only takes the place of a mail.
    state VARCHAR NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not before this time; while somebody sends it, the time until when nobody else does.
    next_attempt_at DATETIME NOT NULL,
    -- Why the last attempt failed: a code.
    last_error VARCHAR
);

CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE state = 'pending';
CREATE INDEX outbox_finished ON outbox (created_at) WHERE state <> 'pending' OR user_id IS NULL;
CREATE INDEX outbox_recipient ON outbox (recipient, kind, created_at);
CREATE INDEX outbox_user_id ON outbox (user_id, kind, created_at);

-- Tokens in mails that were not used yet.
CREATE TABLE mail_tokens (
    -- SHA-256.
    token_hash BLOB PRIMARY KEY NOT NULL,
    -- Nobody's where no mail is sent.
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    -- reset_password, verify_email or change_email.
    purpose VARCHAR NOT NULL,
    -- The new address and its canonical form, of a change.
    email VARCHAR,
    email_canonical VARCHAR,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    -- That of the user when the token was made; another value makes the token void.
    credentials_changed_at DATETIME
);

CREATE INDEX mail_tokens_user_id ON mail_tokens (user_id, purpose);
CREATE INDEX mail_tokens_expires_at ON mail_tokens (expires_at);

-- A row for each key that what is sealed here was sealed with, so that another key is noticed.
CREATE TABLE key_checks (
    sealed BLOB PRIMARY KEY NOT NULL
);
