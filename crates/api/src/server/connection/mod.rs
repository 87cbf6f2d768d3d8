//! One client's connection: its bytes, the deadlines it is held to, and what requests on it tell it.

mod address_limit;
mod answer;
mod client_stream;
mod connection_state;
mod connections;
mod empty_line;
mod intake;
mod request_body;
mod terms;
mod timer;
mod transport;

pub(super) use address_limit::{AddressLimit, AddressSlot};
pub(super) use answer::follow_request;
pub(super) use client_stream::ClientStream;
pub(super) use connection_state::ConnectionState;
pub(super) use connections::{Connections, Membership};
pub(super) use terms::Terms;
pub(super) use transport::Transport;
