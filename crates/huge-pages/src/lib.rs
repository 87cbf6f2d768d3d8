//! Huge pages (2 MiB on x86-64) under memory that is used all over: the processor finds few large pages sooner than many
//! small ones. Whoever reads memory in order has nothing of it.
//!
//! The one crate of the workspace with `unsafe` in it, for one system call, which changes how memory is kept and never
//! what it holds. Elsewhere than on Linux both functions do nothing.

use std::mem::MaybeUninit;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux::{Pages, advise};

/// Asks for huge pages under this memory, best before it is used. It may be in vain, and nobody is told: the memory is as
/// good with small ones.
pub fn ask_for<T>(memory: &mut [MaybeUninit<T>]) {
    #[cfg(target_os = "linux")]
    advise(memory, Pages::Huge);
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

/// Takes back what [`ask_for`] asked, before the memory is given to others: whoever uses little of it would hold much.
pub fn do_without<T>(memory: &mut [MaybeUninit<T>]) {
    #[cfg(target_os = "linux")]
    advise(memory, Pages::Small);
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}
