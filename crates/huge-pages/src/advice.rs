use std::mem::MaybeUninit;

#[cfg(target_os = "linux")]
use crate::linux::{Pages, advise};

/// Asks for huge pages under this memory, best before it is used. It may be in vain, and nobody is told: the memory is as
/// good with small ones.
pub fn ask_for<T>(memory: &mut [MaybeUninit<T>]) {
    #[cfg(target_os = "linux")]
    advise(memory, Pages::Huge);
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

/// Takes back what [`ask_for`] asked, before the memory is given to others: anyone who uses little of it would hold much.
pub fn do_without<T>(memory: &mut [MaybeUninit<T>]) {
    #[cfg(target_os = "linux")]
    advise(memory, Pages::Small);
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}
