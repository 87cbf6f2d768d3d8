use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// What a reader may still give before somebody looks.
#[derive(Clone, Default)]
pub(crate) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    /// From now on so many bytes.
    pub(crate) fn set(&self, bytes: u64) {
        self.0.set(bytes);
    }
}

/// Stops a reader that would go on for ever: the parser of CSV keeps a whole record in memory, however long it is.
pub(crate) struct BoundedReader<R> {
    inner: R,
    allowance: Allowance,
}

impl<R> BoundedReader<R> {
    pub(crate) fn new(inner: R, allowance: Allowance) -> Self {
        Self { inner, allowance }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = self.allowance.0.get();
        if allowed == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let most = usize::try_from(allowed).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.allowance.0.set(allowed - read as u64);
        Ok(read)
    }
}
