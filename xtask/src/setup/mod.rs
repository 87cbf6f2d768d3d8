//! Everything that the commands need beside Rust.

mod account;
mod cargo_tools;
mod environment;
mod handed_tools;
mod node;
mod postgres;
mod python;
mod redis;
mod system_packages;
mod throwaway_directory;
mod tool;
mod tools;
mod unavailable;

pub(crate) use account::Account;
pub(crate) use cargo_tools::{DENY, LLVM_COV, MDBOOK};
pub(crate) use environment::TestEnvironment;
pub(crate) use handed_tools::HandedTools;
pub(crate) use node::NodeTools;
pub(crate) use postgres::Cluster;
pub(crate) use python::{CONTRACT, DEPLOY, cargo_deny};
pub(crate) use throwaway_directory::{ThrowawayDirectory, free_port};
pub(crate) use tool::install_missing;
pub(crate) use tools::{
    CHINESE_FONT, CHROMIUM, CURL, KUBECTL, LLVM, NEXTEST, OPENSSL_BUILD, PROMETHEUS, PROMTOOL, SHELLCHECK,
    SYSTEMD_ANALYZE, TOOLS,
};
pub(crate) use unavailable::Unavailable;
