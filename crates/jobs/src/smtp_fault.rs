//! What a failure of SMTP means for the mail.

use std::error::Error as _;
use std::{io, iter};

use lettre::transport::smtp::Error;

use crate::SendError;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Until the server has greeted us.
    Connecting,
    /// While TLS begins.
    Securing,
    /// While we say who we are.
    Authenticating,
    /// From `MAIL` on.
    Mail,
}

/// Replies that ask for another authentication, whatever they answer (RFC 4954, 6; RFC 5248): no mail is at fault.
const ABOUT_AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

/// Leaves out every text, which may name addresses or repeat what we sent.
pub(crate) fn send_error(error: &Error, stage: Stage) -> SendError {
    if let Some(code) = error.status() {
        let is_about_mail = stage == Stage::Mail && !ABOUT_AUTHENTICATION.contains(&u16::from(code));
        return SendError { code: code.to_string(), is_permanent: is_about_mail && error.is_permanent() };
    }
    let code = match stage {
        _ if error.is_timeout() => "timeout",
        Stage::Securing => "tls",
        Stage::Connecting if error.is_tls() || is_handshake(error) => "tls",
        Stage::Connecting => "connect",
        Stage::Authenticating if error.is_client() => "auth",
        Stage::Authenticating | Stage::Mail => "connection",
    };
    SendError::temporary(code)
}

/// TLS reports its faults as invalid data; SMTP has no such fault.
fn is_handshake(error: &Error) -> bool {
    let causes = iter::successors(error.source(), |&cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| cause.kind() == io::ErrorKind::InvalidData)
}
