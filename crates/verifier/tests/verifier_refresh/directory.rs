use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use ore_testkit_issuer::TestIssuer;
use ore_verifier::refresh::Refresh;
use ore_verifier::{Reason, Source, StaleRevocations, Verifier};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::fixture::{Fixture, MAX_STALE, Observed, WatchingObserver, builder, options};

/// Nothing listens there.
const AWAY: &str = "http://127.0.0.1:1";
const FILES: [&str; 2] = ["ore-verifier-keys.json", "ore-verifier-revocations.json"];

/// The issuer, with one session that has ended, and what a service has kept of it.
async fn kept(directory: &Path) -> (TestIssuer, String) {
    let mut fixture = Fixture::with(|options| options.directory(directory)).await;
    let revoked = fixture.issuer.user(7).revoked();
    // The answer that tells of it comes after the one that made the service ready.
    let is_kept =
        |observed: &Observed| observed.refreshed.iter().filter(|source| **source == Source::Revocations).count() > 1;
    fixture.until(|observed| observed.revocations == 1 && is_kept(observed)).await;
    (fixture.issuer.clone(), revoked)
}

fn restart(issuer: &TestIssuer, directory: &Path) -> (Verifier, Refresh, watch::Receiver<Observed>) {
    let observing = WatchingObserver::default();
    let observed = observing.observed();
    let verifier = builder(issuer).revocations(StaleRevocations::Refuse).observer(observing).build().unwrap();
    let refresh = verifier.start_refresh(options(AWAY).directory(directory)).unwrap();
    (verifier, refresh, observed)
}

#[tokio::test]
async fn a_service_that_restarts_while_the_issuer_is_away_goes_on() {
    let directory = TempDir::new().unwrap();
    let (issuer, revoked) = kept(directory.path()).await;
    let (verifier, refresh, _) = restart(&issuer, directory.path());
    refresh.ready().await;
    assert!(verifier.check(&issuer.user(8).token(), issuer.now()).is_ok());
    assert_eq!(verifier.check(&revoked, issuer.now()).err(), Some(Reason::SessionRevoked));
    assert_eq!(verifier.revocations_cursor().as_deref(), Some("1"));
}

#[tokio::test]
async fn what_was_kept_grows_old_while_nothing_runs() {
    let directory = TempDir::new().unwrap();
    let (issuer, _) = kept(directory.path()).await;
    issuer.advance(MAX_STALE + Duration::from_secs(1));
    let (verifier, _refresh, _) = restart(&issuer, directory.path());
    assert_eq!(verifier.check(&issuer.user(8).token(), issuer.now()).err(), Some(Reason::KeysStale));
}

#[tokio::test]
async fn files_are_their_owners_alone_and_nothing_else_is_left() {
    let directory = TempDir::new().unwrap();
    kept(directory.path()).await;
    let mut names = Vec::new();
    for file in fs::read_dir(directory.path()).unwrap().map(Result::unwrap) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, FILES);
}

#[tokio::test]
async fn files_that_are_broken_of_another_issuer_or_of_the_future_are_told_and_not_used() {
    let directory = TempDir::new().unwrap();
    let (issuer, _) = kept(directory.path()).await;
    let originals = FILES.map(|file| fs::read_to_string(directory.path().join(file)).unwrap());
    let read_at = format!("\"read_at\":{}", issuer.clock().unix_seconds());
    let later = format!("\"read_at\":{}", issuer.clock().unix_seconds() + 1);
    for (part, changed, message) in [
        ("{", "[", "the file is malformed"),
        (TestIssuer::ISSUER, "https://other.test", "the file is of another issuer"),
        (&read_at, &later, "the file is from the future"),
    ] {
        for (file, original) in FILES.iter().zip(&originals) {
            fs::write(directory.path().join(file), original.replacen(part, changed, 1)).unwrap();
        }
        let (verifier, _refresh, observed) = restart(&issuer, directory.path());
        let observed = observed.borrow().failed.clone();
        let of_directory = observed.iter().filter(|failed| **failed == (Source::Directory, message.to_owned()));
        assert_eq!(of_directory.count(), 2, "{message}: {observed:?}");
        let outcome = verifier.check(&issuer.user(8).token(), issuer.now());
        assert_eq!(outcome.err(), Some(Reason::KeysUnavailable), "{message}");
    }
}
