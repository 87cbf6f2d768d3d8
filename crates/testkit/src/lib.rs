//! What tests of the ORE backend share: an in-memory store, a clock to set, builders, and the suite that every store
//! must pass.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a kit for tests: its panic is the failure of the test that uses it"
)]

mod builders;
mod clock;
pub mod contract;
mod external_api;
mod inline;
mod memory;

pub use builders::{NewUserBuilder, canonical, new_user};
pub use clock::FixedClock;
pub use contract::StoreUnderTest;
pub use external_api::FakeExternalApi;
pub use inline::Inline;
pub use memory::MemoryStore;
pub use pollster::block_on;
