DROP TRIGGER api_keys_revocation ON api_keys;
DROP FUNCTION note_deleted_api_key();
DROP TRIGGER sessions_revocation ON sessions;
DROP FUNCTION note_ended_session();
DROP TABLE revocation_feed;
DROP TABLE revocations;
