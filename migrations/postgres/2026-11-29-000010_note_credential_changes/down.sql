DROP TRIGGER users_credential_change ON users;

DROP FUNCTION users_note_credential_change();

ALTER TABLE users DROP COLUMN credentials_changed_at, DROP COLUMN password_renewals;
