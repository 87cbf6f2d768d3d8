use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::RawConnection;

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Clients that send requests without pause, each on a new connection. An answer other than 200 is a failure.
pub(crate) struct LoadClients {
    answered: Receiver<()>,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl LoadClients {
    pub(crate) fn start(port: u16) -> Self {
        let (answers, answered) = mpsc::channel();
        let is_over = Arc::<AtomicBool>::default();
        let client = |_| {
            let (is_over, answers) = (Arc::clone(&is_over), answers.clone());
            thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let mut connection = RawConnection::open(port);
                    connection.send(HEALTH);
                    assert_eq!(connection.answer().status, 200);
                    answers.send(()).unwrap();
                }
            })
        };
        let threads = (0..4).map(client).collect();
        Self { answered, is_over, threads }
    }

    /// Waits until they have got more answers.
    pub(crate) fn wait_for_answers(&self) {
        for () in self.answered.try_iter() {}
        for _ in 0..20 {
            self.answered.recv_timeout(Duration::from_secs(10)).unwrap();
        }
    }

    /// Ends them; panics when one was refused.
    pub(crate) fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}
