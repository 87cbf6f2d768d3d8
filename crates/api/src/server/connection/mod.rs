//! One client's connection: its bytes, the deadlines it is held to, and what requests on it may know of it.

mod answer;
mod chunks;
mod client_stream;
mod connections;
mod exchange;
mod framing;
mod terms;
mod timer;
mod transport;

pub(super) use answer::count_answers;
pub(super) use client_stream::ClientStream;
pub(super) use connections::{Connections, Membership};
pub(crate) use exchange::Exchange;
pub(super) use terms::Terms;
pub(super) use transport::Transport;
