/// Why a mail was not sent. Holds no word of the server, no address and no credential, so that it may be kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct SendError {
    /// The code of the server's reply (RFC 5321, 4.2), or one of: `connect` (the server is not reached), `connection`
    /// (the connection broke, or brought no SMTP), `tls` (the connection cannot be secured), `auth` (no way to
    /// authenticate in common), `timeout`, `directory` (a file cannot be written), `address` (the address is none that
    /// mail can have), `smtputf8` (the server takes no address beyond ASCII, RFC 6531), `template` (the mail lacks a
    /// value of its template), `sender` (the sender's address is none).
    pub code: String,
    /// Whether trying again is useless.
    pub is_permanent: bool,
}

impl SendError {
    /// Useless to try again.
    pub(crate) fn permanent(code: impl Into<String>) -> Self {
        Self { code: code.into(), is_permanent: true }
    }

    /// May succeed later.
    pub(crate) fn temporary(code: impl Into<String>) -> Self {
        Self { code: code.into(), is_permanent: false }
    }
}
