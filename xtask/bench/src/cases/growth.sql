-- Rows of an audit log and of sessions. Entries are sealed, since a service seals whatever is not, and its own seals never come
-- to these numbers. Each session has been refreshed once, and half of them have ended.
INSERT INTO audit_log (at, action, outcome, actor_type, actor_id, subject_type, subject_id, address,
    user_agent, request_id, session_id, seal_number, seal, personal_digest)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :entries)
SELECT :now, 'auth.login', 'success', 'user', n % :users + 1, 'user', n % :users + 1, '192.0.2.0/24',
    'Mozilla/5.0 (X11; Linux x86_64)', :id, :id, 1000000000000 + n, :token, :spent FROM numbers;

INSERT INTO sessions (id, user_id, token_hash, generation, predecessor, rotated_at, is_used, void_generations,
    amr, device, address, authenticated_at, created_at, last_used_at, expires_at, ended_at)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :sessions)
SELECT :id, n % :users + 1, :token, 1, 0, :now, TRUE, '', 'pwd', 'Firefox', '192.0.2.0/24', :now,
    :now, :now, '2099-01-01 00:00:00.000000', CASE WHEN n % 2 = 0 THEN :now END FROM numbers;

INSERT INTO spent_refresh_tokens (token_hash, session_id, generation)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :sessions)
SELECT :spent, :id, 0 FROM numbers;
