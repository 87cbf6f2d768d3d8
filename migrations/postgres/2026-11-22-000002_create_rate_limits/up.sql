-- Counts the calls that are limited, for all replicas. Unlogged: a crash empties it, and the limits begin anew.
CREATE UNLOGGED TABLE rate_limits (
    key VARCHAR PRIMARY KEY,
    -- Microseconds since 1970 by the clock of this server; before then nothing of the limit is used up.
    arrival BIGINT NOT NULL
) WITH (fillfactor = 50);
