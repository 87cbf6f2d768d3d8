ALTER TABLE users
    -- UTC; when the password, the address or the state last changed. NULL: not since the account was made.
    ADD COLUMN credentials_changed_at TIMESTAMP WITHOUT TIME ZONE,
    -- How often the hash of an unchanged password was made anew.
    ADD COLUMN password_renewals BIGINT NOT NULL DEFAULT 0;

-- Whoever makes the change: the Python service, the previous version and an operator with psql do not know the columns.
CREATE FUNCTION users_note_credential_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.credentials_changed_at := clock_timestamp() AT TIME ZONE 'UTC';
    RETURN NEW;
END
$$;

CREATE TRIGGER users_credential_change BEFORE UPDATE OF email, hashed_password, is_active ON users
FOR EACH ROW WHEN (
    NEW.email <> OLD.email
    OR NEW.is_active <> OLD.is_active
    OR (NEW.hashed_password <> OLD.hashed_password AND NEW.password_renewals = OLD.password_renewals)
)
EXECUTE FUNCTION users_note_credential_change();
