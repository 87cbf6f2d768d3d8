use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Things that meet in one counter are only read more often.
const COUNTERS: usize = 1024;

/// Counts the changes of things, so that a cache can tell whether what was read before a change came after it.
pub(crate) struct ChangeCounters {
    counters: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// How often a thing had changed when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChangeCount {
    counter: usize,
    changes: u64,
}

impl ChangeCounters {
    pub(crate) fn new() -> Self {
        let counters = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self { counters, hasher: RandomState::new() }
    }

    pub(crate) fn of(&self, thing: impl Hash) -> ChangeCount {
        let counter = self.counter(thing);
        ChangeCount { counter, changes: self.counters[counter].load(Ordering::Acquire) }
    }

    pub(crate) fn is_unchanged(&self, count: ChangeCount) -> bool {
        self.counters[count.counter].load(Ordering::Acquire) == count.changes
    }

    pub(crate) fn record_change(&self, thing: impl Hash) {
        self.counters[self.counter(thing)].fetch_add(1, Ordering::AcqRel);
    }

    fn counter(&self, thing: impl Hash) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits are wanted")]
        let hash = self.hasher.hash_one(thing) as usize;
        hash % COUNTERS
    }
}
