-- For the list of all keys, and for the deletion of those that have expired.
CREATE INDEX api_keys_created_at ON api_keys (created_at, id);
CREATE INDEX api_keys_expires_at ON api_keys (expires_at);
