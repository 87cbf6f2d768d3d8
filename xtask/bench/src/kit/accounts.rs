//! Users, one by one and by the million.

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Database, Request};

use super::Server;

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery bench";

/// What one Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// The service's default, which is that of argon2-cffi.
    pub(crate) const DEFAULT: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };
    /// The least that production may use (OWASP Password Storage Cheat Sheet).
    pub(crate) const PRODUCTION_MINIMUM: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };
    /// The cheapest there is (RFC 9106, 3.1), where a hash would hide what is measured.
    pub(crate) const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// The environment variables that set it.
    pub(crate) fn settings(self) -> [(&'static str, String); 3] {
        [
            ("BACKEND_ARGON2_MEMORY_KIB", self.memory_kib.to_string()),
            ("BACKEND_ARGON2_TIME_COST", self.passes.to_string()),
            ("BACKEND_ARGON2_PARALLELISM", self.lanes.to_string()),
        ]
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

/// Registers an account and returns its token.
///
/// # Errors
/// When it is not accepted.
pub(crate) async fn register(server: &Server, email: &str) -> Result<String> {
    token(server, &Request::register(email, PASSWORD)).await
}

/// Logs an account in and returns its token.
///
/// # Errors
/// When it may not.
pub(crate) async fn log_in(server: &Server, email: &str) -> Result<String> {
    token(server, &Request::login(email, PASSWORD)).await
}

async fn token(server: &Server, request: &Request) -> Result<String> {
    let answer = server.send(request).await?;
    Ok(answer.token().with_context(|| format!("no token: {}", answer.body))?.to_owned())
}

/// The hash that the database has of an account's password.
///
/// # Errors
/// When there is no such account.
pub(crate) fn stored_hash(database: &Database, email: &str) -> Result<String> {
    let hash = database.query(&format!("SELECT hashed_password FROM users WHERE email = '{email}'"))?;
    let hash = hash.trim();
    ensure!(hash.starts_with("$argon2id$"), "{email} has no password hash");
    Ok(hash.to_owned())
}

/// Adds the users 1 to `count` with one hash, and another one for each whose number `stride` divides.
///
/// # Errors
/// When the database does not take them.
pub(crate) fn fill(database: &Database, count: u64, hash: &str, (stride, other): (u64, &str)) -> Result<()> {
    database.query(&format!(
        "INSERT INTO users (email, hashed_password, email_canonical)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT {EMAIL}, CASE WHEN n % {stride} = 0 THEN '{other}' ELSE '{hash}' END, {EMAIL} FROM numbers"
    ))?;
    if matches!(database, Database::Postgres { .. }) {
        // As the server itself would do after a while.
        database.query("VACUUM ANALYZE users")?;
    }
    let filled = database.query("SELECT count(*) FROM users WHERE email LIKE 'user-%'")?;
    ensure!(filled.trim() == count.to_string(), "{} users instead of {count}", filled.trim());
    Ok(())
}

/// As `script::random_log_ins` writes it.
const EMAIL: &str = "'user-' || n || '@bench.example'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_written_as_in_a_hash() {
        assert_eq!(Cost::PRODUCTION_MINIMUM.to_string(), "m=19456,t=2,p=1");
    }
}
