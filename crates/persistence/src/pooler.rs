use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::StoreError;

use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::error::POOLER;
use crate::options::Pooler;

/// How often two connections are compared. A pooler that has little to do lends both of them the same at the first time.
const ROUNDS: usize = 8;

/// A process of the server that works for one connection, by its number and the server's start.
#[derive(QueryableByName, Debug, Clone, PartialEq, Eq)]
struct ServerProcess {
    #[diesel(sql_type = Text)]
    identity: String,
}

impl Database {
    /// What is wrong when a pooler shares connections between transactions and [`Pooler::None`] was said.
    ///
    /// Two connections that are open at the same time and work on one process of the server, or one whose process
    /// changes, prove it. A busy pooler may stay unnoticed; nothing else is taken for one.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn unnamed_pooler(&self) -> Result<Option<&'static str>, StoreError> {
        if !self.is_postgres() || self.pooler() == Pooler::Transaction {
            return Ok(None);
        }
        let mut first = self.acquire(self.acquire_deadline())?;
        let is_shared = if self.has_one_connection() {
            let processes = (0..ROUNDS).map(|_| process_of(&mut first)).collect::<Result<Vec<_>, _>>()?;
            processes.iter().any(|process| *process != processes[0])
        } else {
            self.with_spare_connection(self.manager.timeouts(), |second| share_processes(&mut first, second))?
        };
        Ok(is_shared.then_some(POOLER))
    }
}

fn share_processes(first: &mut DatabaseConnection, second: &mut DatabaseConnection) -> Result<bool, StoreError> {
    let start = (process_of(first)?, process_of(second)?);
    for _ in 1..ROUNDS {
        if start.0 == start.1 || (process_of(first)?, process_of(second)?) != start {
            return Ok(true);
        }
    }
    Ok(start.0 == start.1)
}

fn process_of(connection: &mut DatabaseConnection) -> Result<ServerProcess, StoreError> {
    let query = "SELECT pg_backend_pid() || ' ' || pg_postmaster_start_time() AS identity";
    connection.query(|inner| diesel::sql_query(query).get_result(inner))
}
