//! What handlers ask for in their signatures: a valid body, the user who asks, whom the limits admit.

mod admitted;
mod any_session;
mod authorized;
mod body;
mod browser_session;
mod conditional;
mod credentials;
mod current_session;
mod current_user;
mod denial;
mod device;
mod external;
mod feed_query;
mod gateway_check;
mod idempotent;
mod key;
mod key_of;
mod language;
mod log_out;
mod oauth;
mod open_registration;
mod optional_body;
mod optional_session;
pub mod page_cookie;
mod page_form;
mod permitted;
mod reauthenticated;
pub mod refresh_cookie;
mod refresh_token;
mod request_origin;
mod role_key;
mod session_client;
mod session_credentials;
mod session_key;
mod session_of;
mod uuid_key;
mod wiped_buffer;

pub use admitted::{
    Admitted, BeginPasskey, DeletePasskey, EnrolTotp, MakeRecoveryCodes, RemoveTotp, RenamePasskey, ResetSecondFactors,
};
pub use any_session::AnySession;
pub use authorized::Authorized;
pub use body::Body;
pub use browser_session::{
    BrowserSession, browser_session, permit_session, require_enrolled_session, require_every_permission,
    require_fresh_session, require_shown_factor,
};
pub use conditional::{ConditionalDelete, ConditionalUpdate};
pub use credentials::{Credentials, NamesAccount, admit_credentials};
pub use current_session::CurrentSession;
pub use current_user::CurrentUser;
pub use external::External;
pub use feed_query::{FeedQuery, FeedQueryParameter};
pub use gateway_check::GatewayCheck;
pub use idempotent::{Idempotent, answer_idempotent_form};
pub use key::Key;
pub use key_of::{KeyOf, KeyOfAccountParameter, KeyOfUserParameter, PathOwner};
pub use language::Language;
pub use log_out::LogOut;
pub use oauth::{ClientCredentials, Form, IntrospectionCall, OAuthCall};
pub use open_registration::{OpenRegistration, require_open_registration};
pub use optional_body::OptionalBody;
pub use optional_session::OptionalSession;
pub use page_form::{FormField, PageForm};
pub use permitted::{ChangesOwner, Permitted, PermittedInSession, PermittedReauthenticated};
pub use reauthenticated::{Reauthenticated, require_fresh_of_oneself};
pub use refresh_token::RefreshToken;
pub use request_origin::{RequestOrigin, origin_of};
pub use role_key::{RoleKey, RoleKeyParameter};
pub use session_client::SessionClient;
pub use session_credentials::{IdempotentCredentials, OwnCredentials, ReauthenticatedCredentials, SessionCredentials};
pub use session_key::{SessionKey, SessionKeyParameter};
pub use session_of::{SessionOf, SessionOfParameter};
pub use uuid_key::{UuidKey, UuidKeyParameter};
