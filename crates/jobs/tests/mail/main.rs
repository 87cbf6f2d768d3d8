//! Mails as they are written, and as a real mail server gets them.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod composing;
mod directory;
mod encryption;
mod failures;
mod injection;
mod outgoing_mails;
mod overrides;
mod server;
mod smtp;
mod system_authorities;
