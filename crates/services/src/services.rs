use crate::{Authenticate, LogIn, SignUp};

/// The use cases that routes offer.
pub struct Services {
    /// Makes an account and begins a session.
    pub sign_up: SignUp,
    /// Begins a session.
    pub log_in: LogIn,
    /// Finds who a token speaks for.
    pub authenticate: Authenticate,
}
