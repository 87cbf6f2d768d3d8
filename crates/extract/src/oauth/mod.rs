//! The calls of OAuth: a form, and who the client is.

mod call;
mod client;
mod form;
mod introspection_call;

pub use call::OAuthCall;
pub use client::ClientCredentials;
pub use form::Form;
pub use introspection_call::IntrospectionCall;
