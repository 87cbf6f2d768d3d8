use std::net::TcpListener;
use std::ops::Deref;
use std::thread;

use actix_web::rt::System;
use ore_server::serve::serve;
use ore_telemetry::metrics::LogMetrics;
use ore_transport::{Certificate, InheritedSockets, Signals};
use tokio::sync::oneshot;

use super::{Client, RawAnswer, TestDir, exchange};

/// With this a server serves the OpenAPI document, the pages that show it, and the pages for a first start.
pub(crate) const DEBUG: (&str, &str) = ("BACKEND_DEBUG", "true");

/// The service on a port of its own, in the process of the test and without a log. A test of the log, of signals or of
/// the process uses a [`ServerProcess`](super::ServerProcess).
pub(crate) struct Server {
    client: Client,
    pub(crate) port: u16,
    pub(crate) test_dir: TestDir,
    /// Ends a server of this process when it is dropped.
    _stop: Option<oneshot::Sender<()>>,
}

/// A server is used as the client that talks to it.
impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With settings that differ from those of the other tests.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        Self::within(&TestDir::new(), settings)
    }

    /// A server with [`DEBUG`].
    pub(crate) fn with_debug() -> Self {
        Self::with(&[DEBUG])
    }

    /// A server on a database that other servers may use too. Connections wait until it accepts them.
    pub(crate) fn within(test_dir: &TestDir, settings: &[(&str, &str)]) -> Self {
        let settings = test_dir.settings(settings);
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let (stop, signals) = Signals::of_program();
        thread::spawn(move || {
            let (socket, log_metrics) = (InheritedSockets::of_program(socket), LogMetrics::new().unwrap());
            let certificate = Certificate::of(&settings.server).unwrap();
            let served = serve(&settings, certificate, socket, signals, &log_metrics, || {});
            System::new().block_on(served).unwrap();
        });
        Self { _stop: Some(stop), ..Self::elsewhere(port, test_dir) }
    }

    /// A server in another process.
    pub(super) fn elsewhere(port: u16, test_dir: &TestDir) -> Self {
        Self { client: Client::new(port), port, test_dir: test_dir.clone(), _stop: None }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends bytes as they are and reads what comes back until the server closes.
    pub(crate) fn raw(&self, request: impl AsRef<[u8]>) -> RawAnswer {
        exchange(self.port, request.as_ref())
    }

    /// Registers, and returns the token.
    pub(crate) fn token_of(&self, email: &str, password: &str) -> String {
        self.register(email, password).token()
    }

    /// Disables an account as an operator does.
    pub(crate) fn deactivate(&self, email: &str) {
        self.test_dir.run(&["user", "deactivate", email]).succeeded();
    }
}
