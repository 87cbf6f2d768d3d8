use std::mem;
use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The destination of panics.
enum Panics {
    /// There may be no log yet, and the process may not come to be: kept until one of that is known.
    Kept(Vec<String>),
    Logged,
}

static PANICS: Mutex<Panics> = Mutex::new(Panics::Kept(Vec::new()));

/// Captures panics instead of printing them while the process starts: libraries panic, some of them in threads of
/// theirs, when the operating system gives them no thread or no descriptor.
pub fn capture_panics() {
    panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        match &mut *panics() {
            Panics::Kept(kept) => return kept.push(text),
            Panics::Logged => {}
        }
        log(&text);
    }));
}

/// Sends panics to the log from now on, once each, with the request that they happened in.
pub fn log_panics() {
    let before = mem::replace(&mut *panics(), Panics::Logged);
    if let Panics::Kept(kept) = before {
        for text in &kept {
            log(text);
        }
    }
}

/// Takes the captured panics, in the order in which they happened.
pub fn take_captured_panics() -> Vec<String> {
    match &mut *panics() {
        Panics::Kept(kept) => mem::take(kept),
        Panics::Logged => Vec::new(),
    }
}

fn log(text: &str) {
    tracing::error!(exception = text, "Unhandled panic");
}

fn panics() -> MutexGuard<'static, Panics> {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner)
}
