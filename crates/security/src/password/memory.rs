use std::fmt;

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
}

impl HashMemory {
    /// Returns empty memory. It is allocated by the first hash, and grows when a hash needs more.
    pub const fn new() -> Self {
        Self { blocks: Vec::new(), used: 0 }
    }

    /// Overwrites with zeros what hashes have left, and keeps the memory for the next.
    pub fn wipe(&mut self) {
        self.blocks.iter_mut().take(self.used).for_each(Zeroize::zeroize);
        self.used = 0;
    }

    /// Wipes the memory and gives it back to the allocator, for a thread that has been idle for a while.
    pub fn release(&mut self) {
        self.wipe();
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
        }
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::new());
        }
        Ok(())
    }
}

impl Drop for HashMemory {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for HashMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HashMemory").field("size_kib", &self.size_kib()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::HashMemory;

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
    fn memory_is_given_back_when_it_is_larger_than_usual() {
        let mut memory = HashMemory::new();
        memory.lend(64, |_| ()).unwrap();
        memory.release_above(64);
        assert_eq!(memory.size_kib(), 64);
        memory.release_above(63);
        assert_eq!(memory.size_kib(), 0);
    }
}
