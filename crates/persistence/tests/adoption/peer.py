"""The Python service as far as its database goes: SQLAlchemy models of the kind it has.

    peer.py URL make VARIANT EMAIL…     tables, a user with each address, a note of each user
    peer.py URL make-many VARIANT COUNT
    peer.py URL insert VARIANT EMAIL…   one more user each, as a registration does; prints the keys
    peer.py URL users VARIANT           every user as the service reads it
    peer.py URL execute STATEMENT…
    peer.py URL query STATEMENT         the rows, one a line
    peer.py URL dump                    the whole schema and every row
"""

import sys
from datetime import datetime, timedelta, timezone

FIRST = datetime(2026, 11, 22, 10, 34, 31, 656895)


def models(variant):
    from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Identity, Integer, String, func, text
    from sqlalchemy.orm import declarative_base

    base = declarative_base()

    class Columns:
        __tablename__ = "users"

    class Plain(Columns):
        id = Column(Integer, primary_key=True, index=True)
        email = Column(String, unique=True, index=True, nullable=False)
        hashed_password = Column(String, nullable=False)
        is_active = Column(Boolean, default=True, nullable=False)
        created_at = Column(DateTime, default=lambda: FIRST, nullable=False)

    class Loose(Columns):
        """Nothing is required, and the address is unique by a constraint."""
        id = Column(Integer, primary_key=True)
        email = Column(String(255), unique=True)
        hashed_password = Column(String(255))
        is_active = Column(Boolean, default=True)
        created_at = Column(DateTime, default=lambda: FIRST)

    class Zoned(Columns):
        """The database gives the time, and with a zone where it can."""
        id = Column(Integer, Identity(), primary_key=True)
        email = Column(String, unique=True, index=True, nullable=False)
        hashed_password = Column(String, nullable=False)
        is_active = Column(Boolean, server_default=text("true"))
        created_at = Column(DateTime(timezone=True), server_default=func.now())

    class Extended(Plain):
        full_name = Column(String)

    variants = {"plain": Plain, "loose": Loose, "zoned": Zoned, "extended": Extended}
    user = type("User", (variants[variant], base), {})

    class Note(base):
        __tablename__ = "notes"
        id = Column(Integer, primary_key=True)
        user_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
        text = Column(String)

    return base, user, Note


def values(variant, number, email):
    zone = timezone.utc if variant == "zoned" else None
    return {
        "email": email,
        "hashed_password": f"$argon2id$of-{email}",
        "is_active": number % 2 == 0,
        "created_at": (FIRST + timedelta(seconds=number)).replace(tzinfo=zone),
    }


def engine_for(url):
    from sqlalchemy import create_engine

    return create_engine(url.replace("postgresql://", "postgresql+psycopg2://", 1))


def make(url, variant, *emails):
    from sqlalchemy.orm import Session

    base, user, note = models(variant)
    engine = engine_for(url)
    base.metadata.create_all(engine)
    with Session(engine) as session:
        for number, email in enumerate(emails):
            made = user(**values(variant, number, email))
            session.add(made)
            session.flush()
            session.add(note(user_id=made.id, text=f"of {email}"))
        session.commit()


def make_many(url, variant, count):
    from sqlalchemy import insert

    base, user, _ = models(variant)
    engine = engine_for(url)
    base.metadata.create_all(engine)
    with engine.begin() as connection:
        for start in range(0, int(count), 10_000):
            rows = [values(variant, n, f"User{n}@Example.org") for n in range(start, min(start + 10_000, int(count)))]
            connection.execute(insert(user), rows)


def insert_users(url, variant, *emails):
    from sqlalchemy.orm import Session

    _, user, _ = models(variant)
    with Session(engine_for(url)) as session:
        for email in emails:
            made = user(email=email, hashed_password=f"$argon2id$of-{email}")
            session.add(made)
            session.commit()
            print(made.id)


def users(url, variant):
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    _, user, _ = models(variant)
    with Session(engine_for(url)) as session:
        for found in session.scalars(select(user).order_by(user.id)):
            print(found.id, found.email, found.hashed_password, found.is_active, found.created_at, sep="\t")


def connect(url):
    """Without SQLAlchemy, which takes long to load."""
    if url.startswith("sqlite:///"):
        import sqlite3

        return sqlite3.connect(url[len("sqlite:///"):])
    import psycopg2

    return psycopg2.connect(url)


def execute(url, *statements):
    connection = connect(url)
    for statement in statements:
        connection.cursor().execute(statement)
    connection.commit()


def query(url, statement):
    cursor = connect(url).cursor()
    cursor.execute(statement)
    for row in cursor:
        print(*row, sep="\t")


POSTGRES_SCHEMA = [
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 2",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT sequencename, data_type, last_value FROM pg_sequences ORDER BY 1",
]


def dump(url):
    connection = connect(url)
    if url.startswith("sqlite:"):
        for line in connection.iterdump():
            print(line)
        return
    for statement in POSTGRES_SCHEMA:
        query(url, statement)
    cursor = connection.cursor()
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    for (table,) in cursor:
        print(table)
        query(url, f"SELECT * FROM {table} ORDER BY 1")


if __name__ == "__main__":
    url, action, *arguments = sys.argv[1:]
    actions = {
        "make": make, "make-many": make_many, "insert": insert_users, "users": users,
        "execute": execute, "query": query, "dump": dump,
    }
    actions[action](url, *arguments)
