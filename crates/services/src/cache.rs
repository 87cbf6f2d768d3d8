use std::time::Duration;

use ore_domain::BoxFuture;

/// Keeps what can be made again, for a while.
///
/// It may forget anything at any time, and answers as if it had when it is away: nobody waits for it longer than it takes
/// to do without. So it holds nothing that only it knows, and nothing that must be gone at once, such as who is let in: a
/// removal is lost while it is away.
pub trait Cache: Send + Sync {
    /// What is kept under the key.
    fn get(&self, key: &str) -> BoxFuture<'_, Option<Vec<u8>>>;

    /// Keeps the value for no longer than `lifetime`.
    fn set(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> BoxFuture<'_, ()>;

    /// Forgets what is kept under the key.
    fn remove(&self, key: &str) -> BoxFuture<'_, ()>;
}
