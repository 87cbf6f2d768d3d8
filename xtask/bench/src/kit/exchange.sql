-- What a refresh asks of PostgreSQL, as the repository of sessions writes it. Each client of pgbench has a session of its
-- own and carries its token on: `\gset` keeps the columns of what the statement returns.
\if :is_new
SELECT token_hash FROM sessions JOIN users ON users.id = sessions.user_id
WHERE email = 'loop-' || :client_id::TEXT || '@bench.example' \gset
\set is_new 0
\endif
WITH exchanged AS (
    UPDATE sessions SET token_hash = sha256(:token_hash::BYTEA), sealed_token = :sealed::BYTEA, predecessor = generation,
        generation = generation + 1, rotated_at = LOCALTIMESTAMP, last_used_at = LOCALTIMESTAMP, is_used = FALSE
    WHERE token_hash = :token_hash::BYTEA AND ended_at IS NULL AND expires_at > LOCALTIMESTAMP
        AND last_used_at >= LOCALTIMESTAMP - INTERVAL '14 days'
        AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.is_active
            AND users.credentials_changed_at IS NOT DISTINCT FROM sessions.credentials_changed_at)
    RETURNING *, (SELECT email FROM users WHERE users.id = sessions.user_id) AS email
), spent AS (
    INSERT INTO spent_refresh_tokens (token_hash, session_id, generation)
    SELECT :token_hash::BYTEA, id, predecessor FROM exchanged
) SELECT * FROM exchanged \gset
