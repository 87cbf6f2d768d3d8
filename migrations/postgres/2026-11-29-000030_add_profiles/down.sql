ALTER TABLE users
    DROP COLUMN last_login_at,
    DROP COLUMN profile_changed_at,
    DROP COLUMN locale,
    DROP COLUMN display_name,
    DROP COLUMN verified_email;
