use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use tempfile::TempDir;

/// What the name of a socket of PostgreSQL ends in; nothing listens on it.
const PORT: u16 = 5432;

/// Stands between the clients of a server and the server, as a socket in a directory of its own, and fails as networks
/// do.
#[derive(Debug)]
pub struct Proxy {
    directory: TempDir,
    server: String,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    is_stalled: Mutex<bool>,
    resumed: Condvar,
    connections: Mutex<Vec<(UnixStream, TcpStream)>>,
}

impl Proxy {
    /// Before the server of `url`, and away.
    ///
    /// # Panics
    /// When there is no directory for the socket.
    pub fn away(url: &str) -> Self {
        let server = authority(url).rsplit('@').next().unwrap().to_owned();
        Self { directory: tempfile::tempdir().unwrap(), server, shared: Arc::default() }
    }

    /// Before the server of `url`, and there.
    ///
    /// # Panics
    /// As [`Proxy::away`] and [`Proxy::come_back`].
    pub fn there(url: &str) -> Self {
        let proxy = Self::away(url);
        proxy.come_back();
        proxy
    }

    /// The URL by which clients reach the server through here.
    ///
    /// # Panics
    /// As [`Proxy::host`].
    pub fn url(&self, url: &str) -> String {
        format!("{}?host={}&port={PORT}", url.replacen(&self.server, "", 1), self.host())
    }

    /// The host by which libpq finds it.
    ///
    /// # Panics
    /// When the temporary directory has no name in UTF-8.
    pub fn host(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join(format!(".s.PGSQL.{PORT}"))
    }

    /// Cuts every connection and refuses new ones.
    ///
    /// # Panics
    /// When it is away.
    pub fn go_away(&self) {
        fs::remove_file(self.socket()).unwrap();
        for (client, server) in self.shared.connections.lock().unwrap().drain(..) {
            // One that has ended by itself cannot be cut.
            let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        }
    }

    /// Accepts connections again.
    ///
    /// # Panics
    /// When it is there.
    pub fn come_back(&self) {
        let listener = UnixListener::bind(self.socket()).unwrap();
        let (shared, server) = (Arc::clone(&self.shared), self.server.clone());
        thread::spawn(move || {
            for client in listener.incoming() {
                let _ = shared.relay(client.unwrap(), &server);
            }
        });
    }

    /// Goes on accepting connections and what comes on them, and answers nothing.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn stall(&self) {
        *self.shared.is_stalled.lock().unwrap() = true;
    }

    /// Passes on what was held back, and all that follows.
    ///
    /// # Panics
    /// As [`Proxy::stall`].
    pub fn resume(&self) {
        *self.shared.is_stalled.lock().unwrap() = false;
        self.shared.resumed.notify_all();
    }
}

impl Shared {
    fn relay(self: &Arc<Self>, client: UnixStream, server: &str) -> io::Result<()> {
        let server = TcpStream::connect(server)?;
        server.set_nodelay(true)?;
        let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
        self.connections.lock().unwrap().push((client.try_clone()?, server.try_clone()?));
        let (forth, back) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || {
            let _ = forth.copy(from_client, &server);
            let _ = server.shutdown(Shutdown::Both);
        });
        thread::spawn(move || {
            let _ = back.copy(from_server, &client);
            let _ = client.shutdown(Shutdown::Both);
        });
        Ok(())
    }

    fn copy(&self, mut from: impl Read, mut to: impl Write) -> io::Result<()> {
        let mut buffer = [0; 8192];
        loop {
            let length = from.read(&mut buffer)?;
            if length == 0 {
                return Ok(());
            }
            let is_stalled = self.is_stalled.lock().unwrap();
            drop(self.resumed.wait_while(is_stalled, |is_stalled| *is_stalled).unwrap());
            to.write_all(&buffer[..length])?;
        }
    }
}

/// What stands between the slashes of a URL.
fn authority(url: &str) -> &str {
    url.split_once("://").unwrap().1.split(['/', '?']).next().unwrap()
}
