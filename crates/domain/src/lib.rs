//! The words of the ORE backend: users, e-mail addresses, passwords, the clock, and the ports behind which stores
//! stand.
//!
//! No I/O and no dependency on any other crate of the workspace: everything else may use this crate, and it uses
//! nothing of theirs.

mod clock;
mod email;
mod password;
mod store;
mod user;
mod users;

pub use clock::{Clock, SystemClock, Timestamp};
pub use email::{CanonicalEmail, EmailAddress, EmailError};
pub use password::{Password, PasswordError, PasswordPolicy};
pub use store::{
    Access, BlockingStore, BoxFuture, Cause, Completion, Constraint, Repositories, Store, StoreError, StoreExt, Work,
};
pub use user::{NewUser, PasswordHash, User, UserId};
pub use users::Users;
