use std::time::Duration;

/// Why Redis did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It has failed or been slow, and has not been found again since.
    #[error("Redis is away")]
    Away,
    /// It took longer than this.
    #[error("Redis did not answer within {} ms", .0.as_millis())]
    Slow(Duration),
    /// It refused, or the connection broke.
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    /// Its client has panicked, as it does when it has a name to resolve and there is no thread for that.
    #[error("the client of Redis panicked")]
    Panicked,
    /// The process is ending.
    #[error("the process is ending")]
    Ending,
}

impl Fault {
    /// Whether the fault concerns Redis, and not only the one command.
    pub(crate) fn is_outage(&self) -> bool {
        !matches!(self, Self::Redis(error) if error.code() == Some("WRONGTYPE"))
    }
}
