//! What handlers ask for in their signatures: a valid body, the user who asks, the page of a list.

mod authenticated;
mod body;
mod credentials;
mod current_session;
mod current_user;
mod external;
mod in_session;
mod key;
mod leaving;
mod opening;
mod optional_body;
mod paging;
mod reauthenticated;
mod refresh_token;
mod session_credentials;
mod session_key;
mod wiped_buffer;

pub use authenticated::Authenticated;
pub use body::Body;
pub use credentials::{Credentials, NamesAccount};
pub use current_session::CurrentSession;
pub use current_user::CurrentUser;
pub use external::External;
pub use in_session::InSession;
pub use key::Key;
pub use leaving::Leaving;
pub use opening::Opening;
pub use optional_body::OptionalBody;
pub use paging::{PageQuery, Paging};
pub use reauthenticated::Reauthenticated;
pub use refresh_token::RefreshToken;
pub use session_credentials::{OwnCredentials, SessionCredentials};
pub use session_key::{SessionKey, SessionKeyParameter};
