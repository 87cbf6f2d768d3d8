//! What every store promises, as one function a promise. [`store_contract!`](crate::store_contract) makes tests of
//! them.

mod macros;
mod support;
mod transactions;
mod users;

pub use support::StoreUnderTest;
pub use transactions::*;
pub use users::*;
