//! What tests of the ORE backend share: a store in memory, a clock to set, builders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a kit for tests: its panic is the failure of the test that uses it"
)]

mod builders;
mod clock;
mod external_api;
mod inline_store;
mod memory_store;
mod test_store;
mod unavailability;

pub use builders::{NewUserBuilder, canonical, new_user};
pub use clock::FixedClock;
pub use external_api::FakeExternalApi;
pub use inline_store::InlineStore;
pub use memory_store::MemoryStore;
pub use pollster::block_on;
pub use test_store::TestStore;
pub use unavailability::{cause, recover};
