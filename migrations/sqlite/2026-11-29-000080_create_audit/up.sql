-- What was done with credentials and accounts. A row is appended and never changed, but that it is sealed, and that what says
-- who somebody was is erased with the user. Times are UTC, as text.
CREATE TABLE audit_log (
    -- AUTOINCREMENT, so that the key of a deleted row is never given to another.
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at DATETIME NOT NULL,
    -- A dotted name.
    action VARCHAR NOT NULL,
    -- success, failure or denied.
    outcome VARCHAR NOT NULL,
    reason VARCHAR,
    actor_type VARCHAR,
    actor_id VARCHAR,
    subject_type VARCHAR,
    subject_id VARCHAR,
    -- These four are what erasure removes.
    address VARCHAR,
    user_agent VARCHAR,
    request_id VARCHAR,
    details VARCHAR,
    session_id VARCHAR,
    -- The place in the chain, without a gap: in the order in which rows were found, which is not that of their keys.
    seal_number BIGINT,
    -- HMAC over this row and the seal before, under a key that is not in the database.
    seal BLOB,
    -- HMAC over the four columns above, as they were when the row was sealed.
    personal_digest BLOB
);

-- Also finds the rows without a number, in the order of their keys.
CREATE UNIQUE INDEX audit_log_seal_number_key ON audit_log (seal_number);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_subject ON audit_log (subject_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_outcome ON audit_log (outcome, id);
CREATE INDEX audit_log_at ON audit_log (at, id);

-- The ends of the chain: `head` is the last seal, `anchor` the one before the first row that is left.
CREATE TABLE audit_chain (
    name VARCHAR PRIMARY KEY NOT NULL,
    seal_number BIGINT NOT NULL,
    seal BLOB NOT NULL,
    -- HMAC over the anchor.
    mac BLOB NOT NULL
);

INSERT INTO audit_chain (name, seal_number, seal, mac) VALUES ('head', 0, X'', X''), ('anchor', 0, X'', X'');
