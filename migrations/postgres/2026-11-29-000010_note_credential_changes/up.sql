ALTER TABLE users
    -- UTC; when the password, the address or the state last changed. NULL: not since the account was made.
    ADD COLUMN credentials_changed_at TIMESTAMP WITHOUT TIME ZONE,
    -- How often the hash of an unchanged password was made anew.
    ADD COLUMN password_renewals BIGINT NOT NULL DEFAULT 0;

-- Whoever makes the change: the Python service, the previous version and an operator with psql do not know the columns.
-- The trigger names no column, since nobody could change the type of one that it names.
CREATE FUNCTION users_note_credential_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.email <> OLD.email
        OR NEW.is_active <> OLD.is_active
        OR (NEW.hashed_password <> OLD.hashed_password AND NEW.password_renewals = OLD.password_renewals)
    THEN
        NEW.credentials_changed_at := clock_timestamp() AT TIME ZONE 'UTC';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER users_credential_change BEFORE UPDATE ON users
FOR EACH ROW EXECUTE FUNCTION users_note_credential_change();
