use std::{fmt, mem::MaybeUninit};

use argon2::Block;
use zeroize::Zeroize;

use super::HashError;

/// The working memory of one hashing thread, kept from hash to hash.
///
/// Fresh memory costs up to two thirds of the time of a hash, most of it in page faults. What a hash leaves is enough to
/// test guesses at the password cheaply, so a thread that has no further hash to compute calls [`wipe`](Self::wipe),
/// and after a longer while [`release`](Self::release). Between two hashes in a row neither is needed: the second
/// overwrites what the first has left.
#[derive(Default)]
pub struct HashMemory {
    blocks: Vec<Block>,
    /// How many of the first blocks may hold what a hash has left.
    used: usize,
    care: Option<MemoryHooks>,
}

/// Hooks for the memory of hashes, for callers that know the operating system.
#[derive(Clone, Copy)]
pub struct MemoryHooks {
    /// When it has been allocated and not yet used.
    pub before_use: fn(&mut [MaybeUninit<Block>]),
    /// When it has been wiped and is about to be given back to the allocator.
    pub before_release: fn(&mut [MaybeUninit<Block>]),
}

impl HashMemory {
    /// Returns empty memory. It is allocated by the first hash, and grows when a hash needs more.
    pub const fn new() -> Self {
        Self { blocks: Vec::new(), used: 0, care: None }
    }

    /// As [`new`](Self::new), with more done to the memory.
    pub const fn with_care(care: MemoryHooks) -> Self {
        Self { blocks: Vec::new(), used: 0, care: Some(care) }
    }

    /// Overwrites with zeros what hashes have left, and keeps the memory for the next.
    pub fn wipe(&mut self) {
        self.blocks.iter_mut().take(self.used).for_each(Zeroize::zeroize);
        self.used = 0;
    }

    /// Wipes the memory and gives it back to the allocator, for a thread that has been idle for a while.
    pub fn release(&mut self) {
        self.wipe();
        self.blocks.clear();
        if let Some(care) = self.care {
            (care.before_release)(self.blocks.spare_capacity_mut());
        }
        self.blocks = Vec::new();
    }

    /// The memory held at present, in KiB.
    pub fn size_kib(&self) -> usize {
        self.blocks.capacity()
    }

    /// Lends `count` blocks to `hash`, which leaves them as it likes.
    pub(super) fn lend<R>(&mut self, count: usize, hash: impl FnOnce(&mut [Block]) -> R) -> Result<R, HashError> {
        self.grow(count)?;
        let blocks = self.blocks.get_mut(..count).ok_or(HashError::OutOfMemory)?;
        self.used = self.used.max(count);
        Ok(hash(blocks))
    }

    /// Gives the memory back when it is larger than hashes usually need.
    pub(super) fn release_above(&mut self, usual: usize) {
        if self.blocks.capacity() > usual {
            self.release();
        }
    }

    fn grow(&mut self, count: usize) -> Result<(), HashError> {
        if self.blocks.capacity() < count {
            // Freed first, so that the old and the new memory never exist side by side.
            self.release();
            self.blocks.try_reserve_exact(count).map_err(|_| HashError::OutOfMemory)?;
            if let Some(care) = self.care {
                (care.before_use)(self.blocks.spare_capacity_mut());
            }
        }
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::new());
        }
        Ok(())
    }
}

impl Drop for HashMemory {
    fn drop(&mut self) {
        self.release();
    }
}

impl fmt::Debug for HashMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HashMemory").field("size_kib", &self.size_kib()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{HashMemory, MemoryHooks};

    /// Whether the first blocks are all zeros.
    fn is_blank(memory: &mut HashMemory, count: usize) -> bool {
        memory.lend(count, |blocks| blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))).unwrap()
    }

    fn fill(memory: &mut HashMemory, count: usize) {
        memory.lend(count, |blocks| blocks.iter_mut().for_each(|block| block.as_mut().fill(u64::MAX))).unwrap();
    }

    #[test]
    fn memory_is_allocated_at_first_use_kept_and_given_back() {
        let mut memory = HashMemory::new();
        assert_eq!(memory.size_kib(), 0);
        memory.lend(64, |_| ()).unwrap();
        assert_eq!(memory.size_kib(), 64);
        memory.lend(8, |blocks| assert_eq!(blocks.len(), 8)).unwrap();
        memory.wipe();
        assert_eq!(memory.size_kib(), 64);
        memory.release();
        assert_eq!(memory.size_kib(), 0);
    }

    #[test]
    fn wiping_leaves_nothing_of_any_hash() {
        let mut memory = HashMemory::new();
        fill(&mut memory, 3);
        fill(&mut memory, 2);
        assert!(!is_blank(&mut memory, 3));
        memory.wipe();
        assert!(is_blank(&mut memory, 3));
    }

    #[test]
    fn care_is_taken_of_memory_before_its_first_use_and_before_it_is_given_back() {
        static USES: AtomicUsize = AtomicUsize::new(0);
        static RELEASES: AtomicUsize = AtomicUsize::new(0);
        let counts = || (USES.load(Ordering::Relaxed), RELEASES.load(Ordering::Relaxed));
        let mut memory = HashMemory::with_care(MemoryHooks {
            before_use: |blocks| _ = USES.fetch_add(blocks.len(), Ordering::Relaxed),
            before_release: |blocks| _ = RELEASES.fetch_add(blocks.len(), Ordering::Relaxed),
        });
        memory.lend(64, |_| ()).unwrap();
        memory.lend(8, |_| ()).unwrap();
        memory.wipe();
        assert_eq!(counts(), (64, 0));
        memory.release();
        assert_eq!(counts(), (64, 64));
        memory.lend(8, |_| ()).unwrap();
        drop(memory);
        assert_eq!(counts(), (72, 72));
    }

    #[test]
    fn memory_is_given_back_when_it_is_larger_than_usual() {
        let mut memory = HashMemory::new();
        memory.lend(64, |_| ()).unwrap();
        memory.release_above(64);
        assert_eq!(memory.size_kib(), 64);
        memory.release_above(63);
        assert_eq!(memory.size_kib(), 0);
    }
}
