DROP TRIGGER api_keys_revocation;
DROP TRIGGER sessions_revocation;
DROP TABLE revocation_feed;
DROP TABLE revocations;
