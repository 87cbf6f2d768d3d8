//! Other services that check our tokens with our crates, against a server that runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use ore_domain::{Clock, SystemClock};
use ore_verifier::refresh::{Refresh, RefreshOptions};
use ore_verifier::{Reason, StaleRevocations, Verifier};
use tempfile::TempDir;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::support::{EMAIL, PASSWORD, Server, ServerProcess, eventually, key_with, send};

const ED: [(&str, &str); 1] = [("BACKEND_ALGORITHM", "EdDSA")];

/// A clock that can be put forward.
#[derive(Clone, Default)]
struct MovedClock(Arc<AtomicU64>);

impl MovedClock {
    fn now(&self) -> SystemTime {
        SystemTime::from(SystemClock.now()) + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

/// A service that checks tokens.
struct OtherService {
    clock: MovedClock,
    verifier: Verifier,
    runtime: Handle,
    /// Ends the thread of the runtime.
    _end: oneshot::Sender<()>,
    _refresh: Refresh,
    _directory: TempDir,
}

impl OtherService {
    fn start(server: &Server) -> Self {
        let (clock, directory) = (MovedClock::default(), TempDir::new().unwrap());
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (handle, (end, ended)) = (runtime.handle().clone(), oneshot::channel());
        thread::spawn(move || runtime.block_on(ended));
        let (issuer_clock, url) = (clock.clone(), format!("http://127.0.0.1:{}", server.port));
        let builder = Verifier::builder("ore-backend").audience("ore").revocations(StaleRevocations::Refuse);
        let verifier = builder.clock(move || issuer_clock.now()).build().unwrap();
        let key = key_with(&server.test_dir, "tokens.verify");
        let options = RefreshOptions::new(url).api_key(key).directory(directory.path()).floor(Duration::ZERO);
        let refresh = handle.block_on(async {
            let refresh = verifier.start_refresh(options).unwrap();
            refresh.ready().await;
            refresh
        });
        Self { clock, verifier, runtime: handle, _end: end, _refresh: refresh, _directory: directory }
    }

    /// Whose key the token names, or why it is refused.
    fn check(&self, token: &str) -> Result<Option<i64>, Reason> {
        self.runtime.block_on(self.verifier.check_fresh(token)).map(|caller| caller.uid)
    }
}

#[test]
fn another_service_accepts_a_user_until_the_log_out() {
    let server = Server::with(&ED);
    let service = OtherService::start(&server);
    let token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(service.check(&token), Ok(Some(1)));
    let other = server.login(EMAIL, PASSWORD).token();
    assert_eq!(send(server.request("POST", "/api/v1/auth/logout").bearer_auth(&token)).status, 200);
    eventually(Duration::from_secs(10), || u16::from(service.check(&token) == Err(Reason::SessionRevoked)), 1);
    assert_eq!(service.check(&other), Ok(Some(1)));
    server.test_dir.run_with(&["user", "deactivate", EMAIL], &ED).succeeded();
    eventually(Duration::from_secs(10), || u16::from(service.check(&other).is_err()), 1);
}

#[test]
fn another_service_goes_on_while_the_server_is_away_for_ten_minutes() {
    let server = ServerProcess::with(&ED);
    let service = OtherService::start(&server);
    let (token, ended) = (server.token_of(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD).token());
    assert_eq!(send(server.request("POST", "/api/v1/auth/logout").bearer_auth(&ended)).status, 200);
    eventually(Duration::from_secs(10), || u16::from(service.check(&ended) == Err(Reason::SessionRevoked)), 1);
    server.stop();
    service.clock.advance(Duration::from_mins(10));
    assert_eq!(service.check(&token), Ok(Some(1)));
    assert_eq!(service.check(&ended), Err(Reason::SessionRevoked));
}

#[test]
fn a_key_that_takes_over_is_known_to_another_service_at_the_first_token() {
    let server = Server::with(&ED);
    let service = OtherService::start(&server);
    server.register(EMAIL, PASSWORD);
    let run = |arguments: &[&str]| server.test_dir.run_with(arguments, &ED).succeeded();
    let staged = run(&["keys", "stage"]).split_whitespace().nth(2).unwrap().to_owned();
    run(&["keys", "activate", &staged, "--now"]);
    server.register("other@example.org", PASSWORD);
    let is_new = || {
        let token = server.login("other@example.org", PASSWORD).token();
        assert_eq!(service.check(&token), Ok(Some(2)));
        u16::from(service.verifier.check(&token, service.clock.now()).is_ok() && names(&token, &staged))
    };
    eventually(Duration::from_secs(10), is_new, 1);
}

fn names(token: &str, kid: &str) -> bool {
    use base64::Engine;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    String::from_utf8(header).unwrap().contains(kid)
}
