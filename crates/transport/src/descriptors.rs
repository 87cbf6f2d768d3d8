use std::num::NonZeroUsize;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are no client connections: databases, Redis, timers and pollers of the workers, logs.
const RESERVED: usize = 256;

/// Allows this process as many open files as the system lets it.
///
/// The soft limit is low for the sake of programs that use `select`, which this one does not.
pub(super) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
    {
        tracing::warn!("The limit on open files cannot be raised: {error}");
    }
}

/// How many client connections there may be: what is wanted, unless the limit on open files leaves room for fewer.
pub(super) fn connection_limit(wanted: NonZeroUsize) -> NonZeroUsize {
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
    let limit = files.map_or(wanted, |files| fit_into(wanted, files));
    if limit < wanted {
        tracing::info!(
            "BACKEND_MAX_CONNECTIONS is {wanted}, but the limit on open files leaves room for {limit} connections"
        );
    }
    limit
}

fn fit_into(wanted: NonZeroUsize, files: usize) -> NonZeroUsize {
    let room = files.saturating_sub(RESERVED.min(files / 2));
    NonZeroUsize::new(room).map_or(NonZeroUsize::MIN, |room| room.min(wanted))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plenty(25_000, 1_048_576, 25_000)]
    #[case::short(25_000, 4096, 3840)]
    #[case::very_short(25_000, 64, 32)]
    #[case::little_wanted(10, 64, 10)]
    #[case::nothing(10, 0, 1)]
    fn files_for_other_purposes_are_left(#[case] wanted: usize, #[case] files: usize, #[case] limit: usize) {
        assert_eq!(fit_into(NonZeroUsize::new(wanted).unwrap(), files).get(), limit);
    }
}
