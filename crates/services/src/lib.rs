//! The use cases of the ORE backend, one a file, each with its own error.
//!
//! A use case is an `async` function over two ports, the [`Store`](ore_domain::Store) and [`PasswordHashing`]; it needs
//! no particular runtime. It holds no connection while it hashes: what was read before is checked again in `write`.

mod authenticate;
mod cache;
mod create_account;
mod external_api;
mod list_users;
mod log_in;
mod open_session;
mod password_hashing;
mod read_through;
mod readable;
mod recent_tokens;
mod recent_users;
mod services;
mod set_active;
mod set_password;
mod sign_up;
mod user_selector;
mod watched_store;

pub use authenticate::{Authenticate, AuthenticateError, LegacyTokens};
pub use cache::Cache;
pub use create_account::{CreateAccount, CreateAccountError};
pub use external_api::{ExternalApi, ExternalApiError, ExternalCall, ExternalMethod};
pub use list_users::ListUsers;
pub use log_in::{LogIn, LogInError, LogInRefusal};
pub use open_session::{OpenSession, OpenSessionError, OpenedSession};
pub use password_hashing::{HashingError, PasswordHashing};
pub use read_through::ReadThrough;
pub use recent_users::RecentUsers;
pub use services::Services;
pub use set_active::SetActive;
pub use set_password::{SetPassword, SetPasswordError};
pub use sign_up::{SignUp, SignUpError};
pub use user_selector::UserSelector;
pub use watched_store::WatchedStore;
