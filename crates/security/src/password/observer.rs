use super::HashParameters;

/// Is told of every Argon2 computation, for metrics and for tests that count the work of a request.
pub trait HashObserver: Send + Sync {
    /// Called once for each computation, with the parameters it ran with, on the thread that ran it.
    fn hashed(&self, parameters: &HashParameters);
}
