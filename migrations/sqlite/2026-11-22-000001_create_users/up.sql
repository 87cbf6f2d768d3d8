-- AUTOINCREMENT, so that the key of a deleted user is never given to another.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email VARCHAR NOT NULL,
    hashed_password VARCHAR NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    -- UTC, as text: 2026-11-22 10:34:31.656895
    created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')),
    -- Empty only until the trigger below has run.
    email_canonical VARCHAR NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX users_email_canonical_key ON users (email_canonical);

-- The addresses whose canonical form `lower` may miss; `migrate` looks through them.
CREATE INDEX users_email_not_ascii ON users (id) WHERE length(CAST(email AS BLOB)) <> length(email);

-- For the Python service, which does not know the column. `lower` folds A to Z alone.
CREATE TRIGGER users_email_canonical_insert AFTER INSERT ON users WHEN NEW.email_canonical = ''
BEGIN
    UPDATE users SET email_canonical = lower(NEW.email) WHERE id = NEW.id;
END;

-- Cannot tell a statement that leaves the column out from one that sets it to what it was.
CREATE TRIGGER users_email_canonical_update AFTER UPDATE OF email ON users
WHEN NEW.email <> OLD.email AND NEW.email_canonical = OLD.email_canonical
BEGIN
    UPDATE users SET email_canonical = lower(NEW.email) WHERE id = NEW.id;
END;
