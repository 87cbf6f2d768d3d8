//! What handlers ask for in their signatures: a valid body, the user who asks, the page of a list.

mod authenticated;
mod body;
mod credentials;
mod current_user;
mod external;
mod key;
mod paging;
mod wiped_buffer;

pub use authenticated::Authenticated;
pub use body::Body;
pub use credentials::{Credentials, NamesAccount};
pub use current_user::CurrentUser;
pub use external::External;
pub use key::Key;
pub use paging::{PageQuery, Paging};
