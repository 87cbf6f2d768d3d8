//! The second factors of a user: what there is, the authenticator app, recovery codes and passkeys.

mod codes;
mod overview;
pub(super) mod passkey;
pub(super) mod passkeys;
pub(super) mod totp;

pub(super) use codes::make as make_codes;
pub(super) use overview::page;
