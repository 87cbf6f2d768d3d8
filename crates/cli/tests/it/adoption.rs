//! A database of the Python service with 10,000 users, served by us.

use crate::python_peer::python_program;
use crate::support::{PASSWORD, TestDir};

/// Makes the table as the Python service does, in bulk: the hash of every thousandth user is argon2-cffi's own.
const PROGRAM: &str = r#"
import sys
from datetime import datetime
from argon2 import PasswordHasher
from sqlalchemy import Boolean, Column, DateTime, Integer, String, create_engine, insert
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True, index=True)
    email = Column(String, unique=True, index=True, nullable=False)
    hashed_password = Column(String, nullable=False)
    is_active = Column(Boolean, default=True)
    created_at = Column(DateTime, default=datetime.utcnow)

engine = create_engine(sys.argv[1])
Base.metadata.create_all(engine)
hasher = PasswordHasher()
hashes = [hasher.hash(sys.argv[2]) for _ in range(10)]
rows = [{"email": f"User{n}@example.org", "hashed_password": hashes[n // 1000]} for n in range(10_000)]
with engine.begin() as connection:
    connection.execute(insert(User), rows)
"#;

#[test]
fn ten_of_ten_thousand_adopted_users_log_in() {
    let test_dir = TestDir::empty();
    python_program(PROGRAM, &[&test_dir.sqlalchemy_url(), PASSWORD]);
    let status = test_dir.run(&["migrate", "status"]).succeeded();
    assert!(status.contains("10000"), "{status}");
    let server = test_dir.serve(&[]);
    server.log().wait_for_message("The database is ready");
    for number in (0..10_000).step_by(1000) {
        let email = format!("user{number}@example.org");
        assert_eq!(server.login(&email, PASSWORD).status, 200, "{email}");
        assert_eq!(server.login(&email, "wrong horse battery").status, 400, "{email}");
    }
    let token = server.token_of("new@example.org", PASSWORD);
    assert_eq!(server.me(&token).json()["data"]["id"], 10_001);
}
