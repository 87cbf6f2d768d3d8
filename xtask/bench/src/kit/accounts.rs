//! Users, one by one and by the million.

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Database, Request};

use super::Server;

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery bench";

/// Registers an account and returns its token.
pub(crate) async fn register(server: &Server, email: &str) -> Result<String> {
    token(server, &Request::register(email, PASSWORD)).await
}

/// Registers an administrator and returns its token.
pub(crate) async fn register_admin(server: &Server, database: &Database, email: &str) -> Result<String> {
    register(server, email).await?;
    database.query(&format!("INSERT INTO user_roles SELECT id, 'admin' FROM users WHERE email = '{email}'"))?;
    log_in(server, email).await
}

/// Logs an account in and returns its token.
pub(crate) async fn log_in(server: &Server, email: &str) -> Result<String> {
    token(server, &Request::login(email, PASSWORD)).await
}

/// Registers an account and returns the refresh token of its session.
pub(crate) async fn register_for_refresh(server: &Server, email: &str) -> Result<String> {
    let answer = server.send(&Request::register(email, PASSWORD)).await?;
    let token = answer.body["data"]["refresh_token"].as_str();
    Ok(token.with_context(|| format!("no refresh token: {}", answer.body))?.to_owned())
}

async fn token(server: &Server, request: &Request) -> Result<String> {
    let answer = server.send(request).await?;
    Ok(answer.token().with_context(|| format!("no token: {}", answer.body))?.to_owned())
}

/// The hash that the database has of an account's password.
pub(crate) fn stored_hash(database: &Database, email: &str) -> Result<String> {
    let hash = database.query(&format!("SELECT hashed_password FROM users WHERE email = '{email}'"))?;
    let hash = hash.trim();
    ensure!(hash.starts_with("$argon2id$"), "{email} has no password hash");
    Ok(hash.to_owned())
}

/// Adds the users 1 to `count` with one hash, and another one for each whose number `stride` divides.
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
