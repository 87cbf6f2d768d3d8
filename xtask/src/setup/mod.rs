//! Everything the tests need beside Rust, one file for each tool.

mod curl;
mod environment;
mod python;
mod system_packages;

pub(crate) use environment::TestEnvironment;
