use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest wait for a line or for the end. It is longer than every deadline of the server, so only a fault reaches
/// it.
const DEADLINE: Duration = Duration::from_secs(40);

/// One line of a log in JSON.
pub(crate) type LogLine = Value;

/// Everything that a process writes, as it writes it.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Log {
    /// Reads on a thread of its own until the writer closes.
    pub(super) fn follow(source: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let writer = log.clone();
        thread::spawn(move || {
            for line in BufReader::new(source).split(b'\n') {
                let Ok(line) = line else { break };
                writer.change(|state| state.lines.push(String::from_utf8_lossy(&line).into_owned()));
            }
            writer.change(|state| state.ended = true);
        });
        log
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.lock().unwrap());
        self.0.changed.notify_all();
    }

    /// Waits for the first line for which `find` returns a value; `None` if the log ends without one.
    pub(super) fn try_wait_for<T>(&self, mut find: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let end = Instant::now() + DEADLINE;
        let mut state = self.0.state.lock().unwrap();
        let mut seen = 0;
        loop {
            if let Some(found) = state.lines[seen..].iter().find_map(|line| find(line)) {
                return Some(found);
            }
            seen = state.lines.len();
            let left = end.saturating_duration_since(Instant::now());
            if state.ended || left.is_zero() {
                return None;
            }
            state = self.0.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits for the first line in JSON that satisfies `is_wanted`.
    pub(crate) fn wait_for(&self, is_wanted: impl Fn(&LogLine) -> bool) -> LogLine {
        let find = |line: &str| serde_json::from_str(line).ok().filter(|line| is_wanted(line));
        self.try_wait_for(find).unwrap_or_else(|| panic!("no such line in:\n{}", self.text()))
    }

    /// Waits for the first line with this message.
    pub(crate) fn wait_for_message(&self, message: &str) -> LogLine {
        self.wait_for(|line| line["message"] == message)
    }

    /// Waits for the access line of the request with this id.
    pub(crate) fn wait_for_request(&self, id: &str) -> LogLine {
        self.wait_for(|line| line["request_id"] == id && line["duration"].is_number())
    }

    /// Waits until the writer has closed; tells whether it has.
    pub(super) fn wait_for_end(&self) -> bool {
        self.try_wait_for(|_| None::<()>);
        self.0.state.lock().unwrap().ended
    }

    pub(crate) fn text(&self) -> String {
        self.lines().iter().flat_map(|line| [line, "\n"]).collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.state.lock().unwrap().lines.clone()
    }

    /// Every line so far, each of which must be one JSON object.
    pub(crate) fn json_lines(&self) -> Vec<LogLine> {
        let parse = |line: &String| -> LogLine {
            let value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
            assert!(matches!(value, Value::Object(_)), "{line:?}");
            value
        };
        self.lines().iter().map(parse).collect()
    }
}
