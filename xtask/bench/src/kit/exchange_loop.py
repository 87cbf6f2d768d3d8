"""What a refresh asks of SQLite, as the repository of sessions writes it, each with a commit of its own, by one writer."""

import datetime
import hashlib
import sqlite3
import sys
import time

EXCHANGE = """
    UPDATE sessions SET token_hash = :successor, sealed_token = :sealed, predecessor = generation,
        generation = generation + 1, rotated_at = :now, last_used_at = :now, is_used = FALSE
    WHERE token_hash = :presented AND ended_at IS NULL AND expires_at > :now AND last_used_at >= :idle_since
        AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.is_active
            AND users.credentials_changed_at IS NOT DISTINCT FROM sessions.credentials_changed_at)
    RETURNING *, (SELECT email FROM users WHERE users.id = sessions.user_id) AS email"""
SPEND = "INSERT INTO spent_refresh_tokens (token_hash, session_id, generation) VALUES (?, ?, ?)"
FIND = "SELECT token_hash FROM sessions JOIN users ON users.id = sessions.user_id WHERE email = ?"
PRAGMAS = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF"


def stored(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def main():
    file, account, sealed, seconds = sys.argv[1:]
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.executescript(PRAGMAS)
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        sys.exit("the database keeps no log of its own")
    (token,) = connection.execute(FIND, (account,)).fetchone()
    values = {"sealed": sealed.encode()}
    number, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < float(seconds):
        now = datetime.datetime.now(datetime.timezone.utc)
        successor = hashlib.sha256(token).digest()
        values.update(successor=successor, presented=token, now=stored(now))
        values["idle_since"] = stored(now - datetime.timedelta(days=14))
        connection.execute("BEGIN IMMEDIATE")
        (session,) = connection.execute(EXCHANGE, values).fetchall()
        connection.execute(SPEND, (token, session["id"], session["predecessor"]))
        connection.execute("COMMIT")
        token = successor
        number += 1
    print(f"tps = {number / (time.perf_counter() - begun):f}")


main()
