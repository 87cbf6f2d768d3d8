//! One client's connection: its bytes, the deadlines it is held to, and what requests on it tell it.

mod address_limit;
mod answer;
mod client_stream;
mod connection_state;
mod connection_timeouts;
mod connections;
mod empty_line;
mod input_buffer;
mod request_body;
mod timer;
mod transport;

pub(super) use address_limit::{AddressLimit, AddressSlot};
pub(super) use answer::follow_request;
pub(super) use client_stream::ClientStream;
pub(super) use connection_state::ConnectionState;
pub(super) use connection_timeouts::ConnectionTimeouts;
pub(super) use connections::{ConnectionGuard, Connections};
pub(super) use transport::Transport;
