//! What every test needs: a server of its own, a client, raw connections, forged tokens.

mod administration;
mod answer;
mod authenticator;
mod browser;
mod client;
mod eventually;
mod example_service;
mod faulty_proxy;
mod load_clients;
mod log;
mod mailbox;
mod oauth;
mod openapi;
mod process;
mod raw;
mod redis;
mod second_factor;
mod server;
mod server_process;
mod test_dir;
mod tls;
mod tokens;

pub(crate) use administration::{
    admin_browser, browser_of_admin, call, key_with, key_with_settings, make_admin, post, with_admin,
};
pub(crate) use answer::{Answer, assert_timestamp};
pub(crate) use authenticator::{Authenticator, ORIGIN, PASSKEYS, Passkeys};
pub(crate) use browser::{Browser, hidden_fields};
pub(crate) use client::{Client, EMAIL, PASSWORD, send};
pub(crate) use eventually::{eventually, until};
pub(crate) use example_service::ExampleService;
pub(crate) use faulty_proxy::{Fault, FaultyProxy};
pub(crate) use load_clients::LoadClients;
pub(crate) use log::{Log, LogLine};
pub(crate) use mailbox::Mailbox;
pub(crate) use oauth::{FormRequest, WithClient, assert_oauth_refused, claims_in, post_form, unknown};
pub(crate) use openapi::{operations, shape, success};
pub(crate) use process::{Finished, Signal};
pub(crate) use raw::{RawAnswer, RawConnection, exchange};
pub(crate) use redis::Redis;
pub(crate) use second_factor::{Enrolled, mfa_token, reason, verify};
pub(crate) use server::{DEBUG, Server};
pub(crate) use server_process::ServerProcess;
pub(crate) use test_dir::{ON_SQLITE, SECRET_KEY, TestDir};
pub(crate) use tls::{Identity, TLS_FILES};
pub(crate) use tokens::{HEADER, claims_of, encode, forge, sign};
