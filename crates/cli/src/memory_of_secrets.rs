use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps what is in memory, passwords and keys among it, out of core dumps and from other processes of the same account.
///
/// The limit alone would not do: the kernel does not apply it when `core_pattern` pipes dumps to a program (core(5)). A
/// process that is not dumpable is not dumped in either case, and nobody but root attaches to it or reads its memory
/// (`PR_SET_DUMPABLE(2const)`).
pub(crate) fn protect() -> Result<(), rustix::io::Errno> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};

    use super::*;

    /// Of the process of the test, which nextest makes for it alone.
    #[test]
    fn a_protected_process_is_dumped_nowhere() {
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::Dumpable);
        protect().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
