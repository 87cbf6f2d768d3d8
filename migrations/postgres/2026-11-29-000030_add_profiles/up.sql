ALTER TABLE users
    -- The canonical form of the address that was shown to be the user's: another address is not.
    ADD COLUMN verified_email VARCHAR,
    ADD COLUMN display_name VARCHAR,
    -- A language tag.
    ADD COLUMN locale VARCHAR,
    -- UTC; when the name or the language last changed.
    ADD COLUMN profile_changed_at TIMESTAMP WITHOUT TIME ZONE,
    -- UTC.
    ADD COLUMN last_login_at TIMESTAMP WITHOUT TIME ZONE;
