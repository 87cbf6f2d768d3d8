//! What every server that runs for the tests needs, whatever it serves.

mod account;
mod free_port;
mod throwaway_directory;

pub(crate) use account::Account;
pub(crate) use free_port::free_port;
pub(crate) use throwaway_directory::{StopSignal, ThrowawayDirectory};
