-- Times are UTC, as text: 2026-11-22 10:34:31.656895
CREATE TABLE roles (
    name VARCHAR PRIMARY KEY NOT NULL,
    description VARCHAR,
    -- Names with spaces between them; none of the admin, who may do everything.
    permissions VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

INSERT INTO roles (name, permissions, created_at, updated_at)
VALUES ('admin', '', strftime('%Y-%m-%d %H:%M:%f000', 'now'), strftime('%Y-%m-%d %H:%M:%f000', 'now'));

CREATE TABLE user_roles (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role VARCHAR NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    PRIMARY KEY (user_id, role)
);

CREATE INDEX user_roles_role ON user_roles (role, user_id);
