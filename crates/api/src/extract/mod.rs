//! What handlers ask for in their signatures: a valid body, the user who asks.

mod body;
mod credentials;
mod current_user;
mod external;

pub use body::Body;
pub(crate) use body::MAX_BODY_BYTES;
pub use credentials::{Credentials, NamesAccount};
pub use current_user::CurrentUser;
pub use external::External;
