use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use super::RawConnection;

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Clients that send requests without pause, each on a new connection. An answer other than 200 is a failure.
pub(crate) struct LoadClients {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    answered: AtomicUsize,
    is_over: AtomicBool,
}

impl LoadClients {
    pub(crate) fn start(port: u16) -> Self {
        let shared = Arc::<Shared>::default();
        let ask = move |shared: Arc<Shared>| {
            while !shared.is_over.load(Ordering::Relaxed) {
                let mut connection = RawConnection::open(port);
                connection.send(HEALTH);
                assert_eq!(connection.answer().status, 200);
                shared.answered.fetch_add(1, Ordering::Relaxed);
            }
        };
        let threads = (0..4).map(|_| Arc::clone(&shared)).map(|shared| thread::spawn(move || ask(shared))).collect();
        Self { shared, threads }
    }

    /// Waits until they have got more answers; panics when one was refused.
    pub(crate) fn wait_for_answers(&self) {
        let seen = self.shared.answered.load(Ordering::Relaxed);
        while self.shared.answered.load(Ordering::Relaxed) < seen + 20 {
            assert!(!self.threads.iter().any(JoinHandle::is_finished), "a client was not answered");
            thread::yield_now();
        }
    }

    /// Ends them; panics when one was refused.
    pub(crate) fn end(self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}
