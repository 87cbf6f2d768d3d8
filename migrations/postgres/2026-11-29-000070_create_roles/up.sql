-- Times are UTC.
CREATE TABLE roles (
    name VARCHAR PRIMARY KEY,
    description VARCHAR,
    -- Names with spaces between them; none of the admin, who may do everything.
    permissions VARCHAR NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL
);

INSERT INTO roles (name, permissions, created_at, updated_at)
VALUES ('admin', '', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC');

CREATE TABLE user_roles (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role VARCHAR NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    PRIMARY KEY (user_id, role)
);

CREATE INDEX user_roles_role ON user_roles (role, user_id);
