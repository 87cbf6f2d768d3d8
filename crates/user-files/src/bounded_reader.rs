use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// The state of a reader while a parser owns it.
#[derive(Clone, Default)]
pub(crate) struct ReaderHandle(Rc<State>);

#[derive(Default)]
struct State {
    allowed: Cell<u64>,
    last_byte: Cell<Option<u8>>,
    is_at_end: Cell<bool>,
}

impl ReaderHandle {
    /// Allows the reader to return this number of further bytes.
    pub(crate) fn allow(&self, bytes: u64) {
        self.0.allowed.set(bytes);
    }

    /// Whether the reader is at its end, and that is in the middle of a line.
    pub(crate) fn ended_within_a_line(&self) -> bool {
        self.0.is_at_end.get() && self.0.last_byte.get().is_some_and(|byte| byte != b'\n')
    }
}

/// Stops a reader that would go on for ever: the parser of CSV keeps a whole record in memory, however long it is.
pub(crate) struct BoundedReader<R> {
    inner: R,
    handle: ReaderHandle,
}

impl<R> BoundedReader<R> {
    pub(crate) fn new(inner: R, handle: ReaderHandle) -> Self {
        Self { inner, handle }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let State { allowed, last_byte, is_at_end } = &*self.handle.0;
        if allowed.get() == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let most = usize::try_from(allowed.get()).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let read = self.inner.read(buffer)?;
        allowed.set(allowed.get() - read as u64);
        is_at_end.set(read == 0);
        if let Some(byte) = buffer.get(..read).and_then(<[u8]>::last) {
            last_byte.set(Some(*byte));
        }
        Ok(read)
    }
}
