-- How names are searched: in NFKC, without case.
ALTER TABLE users ADD COLUMN folded_name VARCHAR;

-- The orders of lists, and what they filter by.
CREATE INDEX users_created_at ON users (created_at, id);
CREATE INDEX users_last_login_at ON users (COALESCE(last_login_at, '0001-01-01 00:00:00.000000'), id);
CREATE INDEX users_folded_name ON users (folded_name) WHERE folded_name IS NOT NULL;
CREATE INDEX users_is_active ON users (is_active, created_at, id);
CREATE INDEX users_is_verified ON users (COALESCE(verified_email = email_canonical, FALSE), created_at, id);
