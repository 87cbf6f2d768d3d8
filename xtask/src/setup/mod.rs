//! Everything that the commands need beside Rust.

mod environment;
mod handed_tools;
mod node;
mod python;
mod tool;
mod tools;
mod unavailable;

pub(crate) use environment::TestEnvironment;
pub(crate) use handed_tools::HandedTools;
pub(crate) use node::{node, node_program};
pub(crate) use python::{CARGO_TOOLS, CONTRACT, LINTERS, cargo_llvm_cov, cargo_nextest};
pub(crate) use tool::install;
pub(crate) use tools::{
    CHINESE_FONT, CHROMIUM, CURL, KUBECTL, LLVM, OPENSSL_BUILD, PROMTOOL, SHELLCHECK, SYSTEMD_ANALYZE, TOOLS,
};
