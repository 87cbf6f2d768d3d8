//! Huge pages (2 MiB on x86-64) under memory that is used all over: the processor finds few large pages sooner than many
//! small ones. Anyone who reads memory in order has nothing of it.
//!
//! The one crate of the workspace with `unsafe` in it, for one system call, which changes how memory is kept and never
//! what it holds. Elsewhere than on Linux both functions do nothing.

mod advice;
#[cfg(target_os = "linux")]
mod linux;

pub use advice::{ask_for, do_without};
