DROP TRIGGER users_credential_change;

ALTER TABLE users DROP COLUMN password_renewals;

ALTER TABLE users DROP COLUMN credentials_changed_at;
