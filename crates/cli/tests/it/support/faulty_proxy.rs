use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::RawConnection;

/// The fault that happens to the first request to a path.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It does not reach the server: 503, and a second to wait.
    Unavailable,
    /// The server carries it out, and nobody learns what it has answered.
    LostAnswer,
}

/// A proxy in front of a server, on a port of its own, until the process ends.
pub(crate) struct FaultyProxy {
    pub(crate) port: u16,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A request and its answer, as text.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) request: String,
    pub(crate) answer: String,
}

impl FaultyProxy {
    pub(crate) fn before(server: u16, path: &'static str, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (exchanges, is_due) = (Arc::<Mutex<Vec<Exchange>>>::default(), Arc::new(Mutex::new(true)));
        let seen = Arc::clone(&exchanges);
        thread::spawn(move || {
            for stream in listener.incoming().map(Result::unwrap) {
                let (seen, is_due) = (Arc::clone(&seen), Arc::clone(&is_due));
                thread::spawn(move || {
                    // A client that has nothing more to ask closes.
                    let Some(request) = read(&stream) else { return };
                    let is_meant = request.contains(&format!(" {path} "));
                    let fault =
                        if is_meant && std::mem::take(&mut *is_due.lock().unwrap()) { fault } else { Fault::None };
                    let answer = pass(server, &request, fault);
                    seen.lock().unwrap().push(Exchange { request, answer: answer.clone() });
                    if !matches!(fault, Fault::LostAnswer) {
                        let _ = (&stream).write_all(answer.as_bytes());
                    }
                });
            }
        });
        Self { port, exchanges }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The exchanges with this path until now.
    pub(crate) fn exchanges(&self, path: &str) -> Vec<Exchange> {
        let exchanges = self.exchanges.lock().unwrap();
        exchanges.iter().filter(|it| it.request.contains(&format!(" {path} "))).cloned().collect()
    }
}

/// A request with its body; the server is asked to close afterwards, so that its answer has an end.
fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(format!("{head}connection: close\r\n\r\n{}", String::from_utf8(body).unwrap()))
}

fn pass(server: u16, request: &str, fault: Fault) -> String {
    if matches!(fault, Fault::Unavailable) {
        let head =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return head.to_owned();
    }
    let mut connection = RawConnection::open(server);
    connection.send(request);
    String::from_utf8(connection.rest()).unwrap()
}
