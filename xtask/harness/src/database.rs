//! What is in a database, asked past the service.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{Lab, Postgres, run};

/// A database of our own.
pub enum Database {
    /// A file.
    Sqlite {
        /// The path of the file, which may not exist yet.
        file: PathBuf,
        /// The program `sqlite3`.
        program: PathBuf,
    },
    /// On a server, which ends with the value.
    Postgres(Box<Postgres>),
}

/// The database on a server of PostgreSQL.
const NAME: &str = "ore";

impl Lab {
    /// An SQLite file of this name, or at this path below the directory, that does not exist yet.
    pub fn sqlite(&self, name: &str) -> Result<Database> {
        let program = self.tools.get("sqlite3")?.to_owned();
        Ok(Database::Sqlite { file: self.directory.join(format!("{name}.db")), program })
    }

    /// An empty database on a PostgreSQL server of its own, with these lines of `postgresql.conf`.
    pub fn postgres_with(&self, settings: &str) -> Result<Database> {
        let server = Postgres::start(self, settings)?;
        server.query("postgres", &format!("CREATE DATABASE {NAME}"))?;
        Ok(Database::Postgres(Box::new(server)))
    }
}

impl Database {
    /// The value of `BACKEND_DATABASE_URL`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { file, .. } => format!("sqlite:///{}", file.display()),
            Self::Postgres(server) => server.url(NAME),
        }
    }

    /// The server of one that has one.
    pub fn server(&mut self) -> Result<&mut Postgres> {
        let Self::Postgres(server) = self else { bail!("this is not a PostgreSQL database") };
        Ok(server)
    }

    /// The addresses of all users.
    pub fn users(&self) -> Result<BTreeSet<String>> {
        Ok(self.query("SELECT email FROM users")?.lines().map(str::to_owned).collect())
    }

    /// Lets the database check itself, and looks that no user lacks anything that a registration writes.
    pub fn check_integrity(&self) -> Result<()> {
        match self {
            Self::Sqlite { .. } => {
                let verdict = self.query("PRAGMA integrity_check")?;
                ensure!(verdict.trim() == "ok", "integrity_check: {verdict}");
            }
            // The index of canonical addresses has the same rows as the table.
            Self::Postgres { .. } => {
                let counts = self
                    .query("SET enable_seqscan = off; SELECT count(*) - count(DISTINCT email_canonical) FROM users")?;
                ensure!(counts.lines().last() == Some("0"), "addresses are doubled: {counts}");
            }
        }
        let half = "hashed_password NOT LIKE '$argon2id$%' OR email_canonical = '' OR created_at IS NULL";
        let count = self.count(&format!("users WHERE {half}"))?;
        ensure!(count == 0, "{count} users are there in part");
        Ok(())
    }

    /// How many rows there are of a table, and perhaps of a condition.
    pub fn count(&self, rows: &str) -> Result<usize> {
        let count = self.query(&format!("SELECT count(*) FROM {rows}"))?;
        count.trim().parse().with_context(|| format!("{count} is no number of rows"))
    }

    /// Runs a query and returns its rows, a line each.
    pub fn query(&self, query: &str) -> Result<String> {
        match self {
            Self::Sqlite { file, program } => {
                run(Command::new(program).args(["-batch", "-cmd", ".timeout 10000"]).arg(file).arg(query))
            }
            Self::Postgres(server) => server.query(NAME, query),
        }
    }
}
