use std::time::Duration;

use ore_testkit_issuer::{API_KEY, TestIssuer};
use ore_verifier::refresh::{RefreshOptions, StartError};
use ore_verifier::{StaleRevocations, Verifier, VerifierBuilder};

use crate::fixture::{builder, options};

fn start(builder: VerifierBuilder, options: RefreshOptions) -> Option<StartError> {
    builder.build().unwrap().start_refresh(options).err()
}

#[tokio::test]
async fn keys_come_over_https_or_from_this_machine() {
    let issuer = TestIssuer::new();
    for url in ["http://accounts.example.com", "http://10.0.0.1", "http://localhost.example.com", "ftp://localhost"] {
        let refused = start(builder(&issuer), RefreshOptions::new(url));
        assert!(matches!(refused, Some(StartError::Insecure(_))), "{url}");
        let refused = start(builder(&issuer), RefreshOptions::new("http://localhost:1").jwks_url(url));
        assert!(matches!(refused, Some(StartError::Insecure(_))), "{url}");
    }
    for url in ["http://localhost:1", "http://127.0.0.1:1/", "http://[::1]:1"] {
        assert!(start(builder(&issuer), RefreshOptions::new(url)).is_none(), "{url}");
    }
    assert!(matches!(start(builder(&issuer), RefreshOptions::new("accounts")), Some(StartError::Address(_))));
}

#[tokio::test]
async fn what_does_not_fit_the_verifier_is_told_at_once() {
    let issuer = TestIssuer::new();
    let url = "http://localhost:1";
    let with_revocations = || builder(&issuer).revocations(StaleRevocations::Accept);
    assert!(matches!(start(with_revocations(), RefreshOptions::new(url)), Some(StartError::NoApiKey)));
    assert!(matches!(start(builder(&issuer), options(url)), Some(StartError::NoRevocations)));
    let broken = RefreshOptions::new(url).api_key("a\nb");
    assert!(matches!(start(with_revocations(), broken), Some(StartError::ApiKey)));
    let short = with_revocations().max_stale(Duration::from_secs(59));
    assert!(matches!(start(short, options(url)), Some(StartError::MaxStaleTooShort)));
    let nowhere = options(url).directory("/nowhere/at/all");
    assert!(matches!(start(with_revocations(), nowhere), Some(StartError::NoDirectory(_))));
}

#[tokio::test]
async fn a_verifier_is_refreshed_once_and_again_when_that_has_ended() {
    let issuer = TestIssuer::new();
    let verifier: Verifier = builder(&issuer).build().unwrap();
    let first = verifier.start_refresh(RefreshOptions::new("http://localhost:1")).unwrap();
    let second = verifier.start_refresh(RefreshOptions::new("http://localhost:1"));
    assert!(matches!(second, Err(StartError::AlreadyRunning)));
    drop(first);
    assert!(verifier.start_refresh(RefreshOptions::new("http://localhost:1")).is_ok());
}

#[test]
fn the_api_key_is_not_printed() {
    assert!(!format!("{:?}", options("http://localhost:1")).contains(API_KEY));
}
