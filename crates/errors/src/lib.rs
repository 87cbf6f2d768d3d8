//! The one place that makes HTTP of errors: a table of problems, what services say in its terms, and the two errors
//! that endpoints of others may use.

mod api_error;
mod declares_problems;
mod from_passkeys;
mod from_services;
pub mod messages;
mod oauth_problem;
mod open;
mod pages;
mod problem;
mod rate_limited;
mod render;
mod render_oauth;
mod retry;
pub mod set_cookie;

pub use api_error::ApiError;
pub use declares_problems::DeclaresProblems;
pub use from_services::of_refresh;
pub use oauth_problem::OAuthProblem;
pub use open::{BusinessError, HttpError};
pub use pages::{ErrorPages, PAGE_SECURITY_POLICY, is_page};
pub use problem::Problem;
pub use render::{message_of, render};
pub use render_oauth::{is_oauth, render_oauth};
