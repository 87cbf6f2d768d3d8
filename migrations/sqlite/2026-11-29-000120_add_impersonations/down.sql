-- Without the columns they would be sessions of the users themselves.
DELETE FROM sessions WHERE impersonator_id IS NOT NULL;

DROP INDEX sessions_impersonations;
ALTER TABLE sessions DROP COLUMN impersonator_session_id;
ALTER TABLE sessions DROP COLUMN impersonator_id;
