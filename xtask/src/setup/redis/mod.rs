//! Redis: a throwaway server for the tests.

mod programs;
mod test_server;

pub(super) use test_server::TestServer;
