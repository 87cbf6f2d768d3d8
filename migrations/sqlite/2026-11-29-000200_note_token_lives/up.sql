-- The longest life of tokens, in seconds, that some server gives or gave, and until when that counts: revocations are told for as
-- long. Where it becomes shorter, tokens of before go on for a while.
ALTER TABLE revocation_feed ADD COLUMN token_life BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revocation_feed ADD COLUMN token_life_until DATETIME;
