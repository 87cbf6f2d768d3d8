use std::fmt;

use argon2::Block;
use zeroize::Zeroize;

use super::HashError;

/// The working memory of one hashing thread, kept from hash to hash.
///
/// Allocating tens of MiB anew for every hash costs more than a tenth of the hash itself. The memory is wiped after
/// each hash, because its last blocks are enough to test guesses at the password cheaply.
#[derive(Default)]
pub struct HashMemory {
    blocks: Vec<Block>,
}

impl HashMemory {
    /// Returns empty memory. It is allocated by the first hash, and grows when a hash needs more.
    pub const fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// Gives the memory back to the allocator, for a thread that has been idle for a while.
    pub fn release(&mut self) {
        self.blocks = Vec::new();
    }

    /// The memory held at present, in KiB.
    pub fn size_kib(&self) -> usize {
        self.blocks.capacity()
    }

    /// Lends `count` blocks to `hash` and wipes them afterwards.
    pub(super) fn lend<R>(&mut self, count: usize, hash: impl FnOnce(&mut [Block]) -> R) -> Result<R, HashError> {
        self.grow(count)?;
        let blocks = self.blocks.get_mut(..count).ok_or(HashError::OutOfMemory)?;
        let result = hash(blocks);
        blocks.iter_mut().for_each(Zeroize::zeroize);
        Ok(result)
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

impl fmt::Debug for HashMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HashMemory").field("size_kib", &self.size_kib()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::HashMemory;

    #[test]
    fn memory_is_allocated_at_first_use_kept_and_given_back() {
        let mut memory = HashMemory::new();
        assert_eq!(memory.size_kib(), 0);
        memory.lend(64, |_| ()).unwrap();
        assert_eq!(memory.size_kib(), 64);
        memory.lend(8, |blocks| assert_eq!(blocks.len(), 8)).unwrap();
        assert_eq!(memory.size_kib(), 64);
        memory.release();
        assert_eq!(memory.size_kib(), 0);
    }

    #[test]
    fn lent_blocks_are_wiped_afterwards() {
        let mut memory = HashMemory::new();
        memory.lend(3, |blocks| blocks.iter_mut().for_each(|block| block.as_mut().fill(u64::MAX))).unwrap();
        let wiped = memory.lend(3, |blocks| blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        assert_eq!(wiped, Ok(true));
    }
}
