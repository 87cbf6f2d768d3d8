-- Failures in a row at the password of an account, whether or not there is such an account. Times are microseconds since
-- 1970 (UTC), with which both databases calculate alike.
CREATE TABLE login_failures (
    -- A keyed hash of the canonical address.
    account VARCHAR NOT NULL,
    -- 'network:' and a keyed hash, 'device:' and the hash of a device token, or empty for strangers.
    source VARCHAR NOT NULL,
    failures BIGINT NOT NULL,
    -- Attempts that have begun and have not ended.
    under_way BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    -- When an attempt last began or failed.
    touched_at BIGINT NOT NULL,
    -- Nobody needs the row after that.
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account, source)
) WITH (fillfactor = 80);

CREATE INDEX login_failures_expires_at ON login_failures (expires_at);
