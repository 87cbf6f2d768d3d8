-- How names are searched: in NFKC, without case.
ALTER TABLE users ADD COLUMN folded_name VARCHAR;

-- The orders of lists, and what they filter by. Texts are compared by their bytes.
CREATE INDEX users_created_at ON users (created_at, id);
CREATE INDEX users_last_login_at ON users ((COALESCE(last_login_at, TIMESTAMP '0001-01-01 00:00:00')), id);
CREATE INDEX users_email_bytes ON users (email_canonical COLLATE "C", id);
CREATE INDEX users_folded_name ON users (folded_name COLLATE "C") WHERE folded_name IS NOT NULL;
CREATE INDEX users_is_active ON users (is_active, created_at, id);
CREATE INDEX users_is_verified ON users ((COALESCE(verified_email = email_canonical, FALSE)), created_at, id);
