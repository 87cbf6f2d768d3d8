use std::ops::Deref;

use zeroize::Zeroizing;

/// The fewest bytes that are allocated at once.
const LEAST_CAPACITY: usize = 1024;

/// Bytes that are wiped when dropped and when they have to move: a vector that grows leaves a copy behind. Its
/// capacity is at most twice what was received, whatever length a client announces.
#[derive(Default)]
pub(crate) struct WipedBuffer(Zeroizing<Vec<u8>>);

impl WipedBuffer {
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let capacity = needed.max(2 * self.0.capacity()).max(LEAST_CAPACITY);
            let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl Deref for WipedBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn is_wiped_on_drop(_: &impl ZeroizeOnDrop) {}

    #[test]
    fn what_comes_in_parts_is_one_and_is_wiped() {
        let mut buffer = WipedBuffer::default();
        let mut expected = Vec::new();
        for part in 0_u8..200 {
            let bytes = vec![part; usize::from(part) * 3];
            buffer.extend(&bytes);
            expected.extend(bytes);
            assert!(buffer.0.capacity() <= (2 * expected.len()).max(LEAST_CAPACITY));
        }
        assert_eq!(*buffer, *expected);
        is_wiped_on_drop(&buffer.0);
    }

    #[test]
    fn it_moves_only_into_memory_of_its_own_choice() {
        let mut buffer = WipedBuffer::default();
        buffer.extend(b"x");
        let (place, capacity) = (buffer.0.as_ptr(), buffer.0.capacity());
        buffer.extend(&vec![b'x'; capacity - 1]);
        assert_eq!((buffer.0.as_ptr(), buffer.0.capacity()), (place, capacity));
    }
}
