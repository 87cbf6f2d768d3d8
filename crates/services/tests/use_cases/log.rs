use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::with_default;

/// What `run` returns, and the lines that it logs on this thread.
pub(crate) fn logged<T>(run: impl FnOnce() -> T) -> (T, Vec<String>) {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let result = with_default(subscriber, run);
    let bytes = written.0.lock().unwrap().clone();
    (result, String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect())
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
