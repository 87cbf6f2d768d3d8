-- Times are UTC.
-- The networks from which users logged in.
CREATE TABLE known_networks (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- A keyed hash of an IPv4 /24 or an IPv6 /48.
    network VARCHAR NOT NULL,
    -- To a day.
    last_seen_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (user_id, network)
);

CREATE INDEX known_networks_last_seen_at ON known_networks (last_seen_at);

-- The devices from which users logged in.
CREATE TABLE device_tokens (
    -- SHA-256 of the token.
    token_hash BYTEA PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    -- To a day.
    last_used_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    -- That of the user when the token was given; another value ends it.
    credentials_changed_at TIMESTAMP WITHOUT TIME ZONE
);

CREATE INDEX device_tokens_user_id ON device_tokens (user_id);
CREATE INDEX device_tokens_expires_at ON device_tokens (expires_at);
