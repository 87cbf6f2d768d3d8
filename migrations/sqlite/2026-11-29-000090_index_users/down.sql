DROP INDEX users_is_verified;
DROP INDEX users_is_active;
DROP INDEX users_folded_name;
DROP INDEX users_last_login_at;
DROP INDEX users_created_at;
ALTER TABLE users DROP COLUMN folded_name;
