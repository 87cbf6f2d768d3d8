ALTER TABLE users DROP COLUMN last_login_at;
ALTER TABLE users DROP COLUMN profile_changed_at;
ALTER TABLE users DROP COLUMN locale;
ALTER TABLE users DROP COLUMN display_name;
ALTER TABLE users DROP COLUMN verified_email;
