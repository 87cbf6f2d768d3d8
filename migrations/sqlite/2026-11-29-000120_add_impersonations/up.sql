-- Who acts in a session in place of its user, and the session of theirs that it ends with; both or none. Not foreign keys: a
-- session whose impersonator is gone must not become one of the user's own, and says who it was.
ALTER TABLE sessions ADD COLUMN impersonator_id BIGINT;
ALTER TABLE sessions ADD COLUMN impersonator_session_id VARCHAR;

-- Those that have not ended are few.
CREATE INDEX sessions_impersonations ON sessions (id) WHERE impersonator_id IS NOT NULL AND ended_at IS NULL;
