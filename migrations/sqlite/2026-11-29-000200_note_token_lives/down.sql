ALTER TABLE revocation_feed DROP COLUMN token_life_until;
ALTER TABLE revocation_feed DROP COLUMN token_life;
