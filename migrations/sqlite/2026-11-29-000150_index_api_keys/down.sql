DROP INDEX api_keys_expires_at;
DROP INDEX api_keys_created_at;
