-- UTC, as text; when the password, the address or the state last changed. NULL: not since the account was made.
ALTER TABLE users ADD COLUMN credentials_changed_at DATETIME;

-- How often the hash of an unchanged password was made anew.
ALTER TABLE users ADD COLUMN password_renewals BIGINT NOT NULL DEFAULT 0;

-- Whoever makes the change: the Python service, the previous version and an operator with sqlite3 do not know the columns.
CREATE TRIGGER users_credential_change AFTER UPDATE OF email, hashed_password, is_active ON users
WHEN NEW.email <> OLD.email
    OR NEW.is_active <> OLD.is_active
    OR (NEW.hashed_password <> OLD.hashed_password AND NEW.password_renewals = OLD.password_renewals)
BEGIN
    UPDATE users SET credentials_changed_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = NEW.id;
END;
