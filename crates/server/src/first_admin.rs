use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ore_domain::{EmailAddress, Readiness, Rfc3339, StoreError};
use ore_pages::ResetHook;
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::RandomnessError;
use ore_services::{Bootstrap, FirstToken};
use ore_settings::Settings;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use url::Url;

use crate::unfinished_file::UnfinishedFile;

/// How often a database that is away is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// The account of the first admin, and the file that says how to set its password.
pub struct FirstAdmin {
    bootstrap: Bootstrap,
    /// None where no account is to be made; a file from before is looked after all the same.
    email: Option<EmailAddress>,
    file: PathBuf,
    account_url: Option<Url>,
    public_url: Option<Url>,
    /// The token in the file, until this process has used it.
    token: Mutex<Option<OpaqueToken>>,
}

/// Why there is no account for the first admin.
#[derive(Debug, thiserror::Error)]
enum FirstAdminError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    #[error("{path}: {cause}")]
    File { path: String, cause: io::Error },
}

impl FirstAdmin {
    /// As the settings want it.
    pub fn new(settings: &Settings, bootstrap: Bootstrap) -> Self {
        Self {
            bootstrap,
            email: settings.accounts.first_admin.clone(),
            file: settings.accounts.first_admin_file.clone(),
            account_url: settings.server.account_url(),
            public_url: settings.server.public_url.clone(),
            token: Mutex::new(None),
        }
    }

    /// Makes the account if nobody has one: before this answers, where the database is ready, else as soon as it is.
    pub async fn start(self: Arc<Self>, readiness: Arc<Readiness>) -> FirstAdminStart {
        if self.try_once(&readiness).await {
            return FirstAdminStart(None);
        }
        FirstAdminStart(Some(tokio::spawn(async move {
            while !self.try_once(&readiness).await {
                sleep(PAUSE).await;
            }
        })))
    }

    /// Whether nothing is left to do.
    async fn try_once(&self, readiness: &Readiness) -> bool {
        if !readiness.has_schema() {
            return false;
        }
        match self.make().await {
            Ok(()) => true,
            Err(FirstAdminError::Store(StoreError::Unavailable(_))) => false,
            Err(error) => {
                tracing::error!(exception = %error, "There is no account of a first admin; the next start tries again");
                true
            }
        }
    }

    async fn make(&self) -> Result<(), FirstAdminError> {
        self.finish_what_was_left().await?;
        if let Some(token) = self.stored_token()? {
            if self.bootstrap.is_valid(&token).await? {
                self.keep(token);
                return Ok(());
            }
            self.remove_file();
        }
        let Some(email) = &self.email else { return Ok(()) };
        if !self.bootstrap.is_wanted().await? {
            return Ok(());
        }
        let first = self.bootstrap.new_token()?;
        // Written before the account is made, so that no account is without it.
        let text = self.text(email, &first);
        let unfinished = UnfinishedFile::create(&self.file, &text).map_err(|cause| self.at_file(cause))?;
        // Where it fails, the account may be there all the same: the next try sees whether the token is valid.
        let Some(user) = self.bootstrap.make_admin(email.clone(), &first).await? else {
            let _ = unfinished.remove();
            return Ok(());
        };
        unfinished.finish(&self.file).map_err(|cause| self.at_file(cause))?;
        self.keep(first.token);
        let file = self.file.display().to_string();
        tracing::info!(user_id = user.get(), file, "Made the first admin, whose password is set as the file says");
        Ok(())
    }

    /// A start that was killed has left its file under another name. It is the only way to the account if that was made.
    async fn finish_what_was_left(&self) -> Result<(), FirstAdminError> {
        for left in UnfinishedFile::left_of(&self.file).map_err(|cause| self.at_file(cause))? {
            let token = left.text().ok().as_deref().and_then(token_in);
            let is_valid = match token {
                Some(token) => self.bootstrap.is_valid(&token).await?,
                None => false,
            };
            let done = if is_valid { left.finish(&self.file) } else { left.remove() };
            done.map_err(|cause| self.at_file(cause))?;
        }
        Ok(())
    }

    /// The token in a file that an earlier start, or another replica here, has made.
    fn stored_token(&self) -> Result<Option<OpaqueToken>, FirstAdminError> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(token_in(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(self.at_file(cause)),
        }
    }

    fn at_file(&self, cause: io::Error) -> FirstAdminError {
        FirstAdminError::File { path: self.file.display().to_string(), cause }
    }

    fn keep(&self, token: OpaqueToken) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    /// What removes the file once the token in it has set a password.
    pub(crate) fn reset_hook(self: Arc<Self>) -> ResetHook {
        Arc::new(move |token| self.record_reset(token))
    }

    /// Removes the file if this token, which has just set a password, is the one in it.
    fn record_reset(&self, token: &str) {
        let is_ours = |kept: &mut OpaqueToken| kept.expose() == token;
        let used = self.token.lock().unwrap_or_else(PoisonError::into_inner).take_if(is_ours);
        if used.is_some() {
            self.remove_file();
        }
    }

    fn remove_file(&self) {
        let file = self.file.display().to_string();
        match fs::remove_file(&self.file) {
            Ok(()) => tracing::info!(file, "Removed the file of the first admin, which is of no more use"),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(exception = %error, file, "The file of the first admin, of no more use, cannot be removed");
            }
        }
    }

    fn text(&self, email: &EmailAddress, first: &FirstToken) -> String {
        let (token, until) = (first.token.expose(), Rfc3339(first.expires_at));
        let root = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
        // In the fragment, which browsers send to no server (RFC 3986, 3.5).
        let link = |url| format!("\nThe page that does so:\n{}/invite#token={token}\n", root(url));
        let link = self.account_url.as_ref().map(link).unwrap_or_default();
        let service = self.public_url.as_ref().map(root).unwrap_or_default();
        format!(
            "The first admin is {email}. This token sets the password, once, until {until}:\n{token}\n{link}\n\
             The call that does so:\nPOST {service}/api/v1/auth/password/reset\nContent-Type: application/json\n\n\
             {{\"token\": \"{token}\", \"new_password\": \"…\"}}\n"
        )
    }
}

/// A task that runs until the database is ready. Dropping the value ends it.
pub struct FirstAdminStart(Option<JoinHandle<()>>);

impl Drop for FirstAdminStart {
    fn drop(&mut self) {
        if let Some(waiting) = &self.0 {
            waiting.abort();
        }
    }
}

fn token_in(text: &str) -> Option<OpaqueToken> {
    text.lines().find_map(|line| OpaqueToken::parse(TokenKind::Mail, line).ok())
}
