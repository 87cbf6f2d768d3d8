use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::client::{authorized, client};
use super::directory::Directory;
use super::keys::KeyRefresh;
use super::progress::Progress;
use super::revocations::RevocationRefresh;
use super::{RefreshOptions, StartError};
use crate::key_requests::KeyRequests;
use crate::{Source, Verifier};

/// The least [`max_stale`](crate::VerifierBuilder::max_stale): a poll waits for 25 seconds.
const SHORTEST_MAX_STALE: Duration = Duration::from_mins(1);

/// Reads keys and revocations in the background for as long as it lives.
#[must_use = "dropping it ends the refresh"]
pub struct Refresh {
    verifier: Verifier,
    requests: Arc<KeyRequests>,
    progress: Progress,
    _tasks: JoinSet<()>,
}

impl Verifier {
    /// Reads keys, and revocations where the verifier was built with them, from the issuer in the background, on the tokio
    /// runtime that this is called on. Files of an earlier run are read before it returns.
    ///
    /// # Errors
    /// [`StartError`] says what is wrong; that the issuer is away is no error.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start_refresh(&self, options: RefreshOptions) -> Result<Refresh, StartError> {
        Refresh::start(self.clone(), options)
    }
}

impl Refresh {
    fn start(verifier: Verifier, options: RefreshOptions) -> Result<Self, StartError> {
        check(&verifier, &options)?;
        let (jwks_url, revocations_url) = (options.jwks()?, options.revocations()?);
        let client = client(&[&jwks_url, &revocations_url], &options.authorities)?;
        let api_key = options.api_key.as_ref();
        let authorized = api_key.map(|key| authorized(client.clone(), key)).transpose()?;
        let requests = Arc::new(KeyRequests::new(options.floor, options.timeout));
        if !verifier.shared.set_key_requests(Arc::clone(&requests)) {
            return Err(StartError::AlreadyRunning);
        }
        let progress = Progress::new(authorized.is_some());
        let directory = Directory::new(options.directory, verifier.clone());
        let mut tasks = JoinSet::new();
        if let Some(request) = authorized {
            if directory.load_revocations() {
                progress.record(Source::Revocations);
            }
            let refresh = RevocationRefresh {
                verifier: verifier.clone(),
                request,
                url: revocations_url,
                timeout: options.timeout,
                directory: directory.clone(),
                progress: progress.clone(),
            };
            tasks.spawn(refresh.run());
        }
        let cached = directory.load_keys();
        if cached.is_some() {
            progress.record(Source::Keys);
        }
        let refresh = KeyRefresh {
            verifier: verifier.clone(),
            client,
            url: jwks_url,
            timeout: options.timeout,
            requests: Arc::clone(&requests),
            directory,
            progress: progress.clone(),
            cached: cached.unwrap_or_default(),
        };
        tasks.spawn(refresh.run());
        Ok(Self { verifier, requests, progress, _tasks: tasks })
    }

    /// Waits until keys, and revocations where they are expected, have been read once, from the issuer or from files.
    pub async fn ready(&self) {
        self.progress.complete().await;
    }
}

fn check(verifier: &Verifier, options: &RefreshOptions) -> Result<(), StartError> {
    match (verifier.expects_revocations(), options.api_key.is_some()) {
        (true, false) => return Err(StartError::NoApiKey),
        (false, true) => return Err(StartError::NoRevocations),
        (true, true) | (false, false) => {}
    }
    if verifier.max_stale() < SHORTEST_MAX_STALE {
        return Err(StartError::MaxStaleTooShort);
    }
    match &options.directory {
        Some(path) if !path.is_dir() => Err(StartError::NoDirectory(path.display().to_string())),
        _ => Ok(()),
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        self.verifier.shared.clear_key_requests();
        // Whoever waits is not kept waiting.
        self.requests.finish();
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Refresh").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}
