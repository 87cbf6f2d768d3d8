-- The canonical form of the address that was shown to be the user's: another address is not.
ALTER TABLE users ADD COLUMN verified_email VARCHAR;
ALTER TABLE users ADD COLUMN display_name VARCHAR;
-- A language tag.
ALTER TABLE users ADD COLUMN locale VARCHAR;
-- UTC, as text; when the name or the language last changed.
ALTER TABLE users ADD COLUMN profile_changed_at DATETIME;
-- UTC, as text.
ALTER TABLE users ADD COLUMN last_login_at DATETIME;
