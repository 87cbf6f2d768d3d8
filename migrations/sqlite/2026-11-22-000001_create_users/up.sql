-- AUTOINCREMENT, so that the key of a deleted user is never given to another.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email VARCHAR NOT NULL,
    hashed_password VARCHAR NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    -- UTC, as text: 2026-11-22 10:34:31.656895
    created_at DATETIME NOT NULL,
    email_canonical VARCHAR NOT NULL
);

CREATE UNIQUE INDEX users_email_canonical_key ON users (email_canonical);
