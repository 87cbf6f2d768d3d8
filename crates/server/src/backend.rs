use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use ore_api::authorization_server;
use ore_api::routes::SECTIONS;
use ore_client_address::TrustedProxies;
use ore_domain::{Clock, PasswordPolicy, Readiness, Store, SystemClock};
use ore_errors::messages::{Catalogue, CatalogueError};
use ore_external::{ExternalOptions, HttpExternalApi};
use ore_jobs::{Delivery, MailTransport, TemplateError, Templates, TransportOptions};
use ore_limits::{GeneralLimit, LimitsStartError};
use ore_openapi::documentation::{DocumentationError, Site};
use ore_openapi::{DocumentError, document_text};
use ore_passkeys::InvalidRelyingParty;
use ore_persistence::{Database, DatabaseOptions};
use ore_schemas::BodyRules;
use ore_security::key_ring::{KeyRing, SealingKeys};
use ore_security::keyed_hash::KeyedHash;
use ore_security::password::Argon2Hasher;
use ore_security::sealing::SealingKey;
use ore_services::{
    Accounts, AuditKeys, AuditSealing, AuthenticationCaches, Bootstrap, ExternalApi, Housekeeping,
    IMPERSONATION_LIFETIME, Keyring, MailQueue, Mailer, PasswordHashing, Ports, RegistrationPolicy, SecondFactorPolicy,
    Services, SessionPolicy, SessionTokens, Throttle, TokenKeys, Tokens, TotpKeys,
};
use ore_settings::{AccountSettings, ExternalApiSettings, PasswordSettings, SessionSettings, Settings};
use ore_telemetry::metrics::Metrics;
use ore_web::credential_log::CredentialLog;
use ore_web::cursor_keys::CursorKeys;
use ore_web::https_rule::HttpsRule;
use ore_web::state::ApiState;
use ore_workers::{BreachedPasswords, BreachedPasswordsError, PooledHasher, PooledStore};
use secrecy::ExposeSecret;

use crate::app::Parts;
use crate::first_admin::FirstAdmin;
use crate::key_follower::KeyFollower;
use crate::key_ring::{KeyError, key_ring};
use crate::page_site::{PageError, mail_branding, site_of};
use crate::passkey_ceremonies::passkey_ceremonies;
use crate::ready_store::ReadyStore;
use crate::tokens::{LEEWAY, TokenKeyError, keys_in_use, keys_of_files, legacy_tokens, signing_key_policy};

/// The lifetime of cached sessions: after another replica or a command has ended a session, its tokens are accepted for
/// at most this time. The limit is one second, including a slow answer of the database.
const SESSION_CACHE_LIFETIME: Duration = Duration::from_millis(500);

/// The maximum number of writers of SQLite that share a commit. Their threads only wait.
const SQLITE_WRITERS: usize = 32;
/// The time for which ended sessions are kept beyond the lifetime of an access token, because clocks differ.
const RETENTION_LEEWAY: Duration = Duration::from_mins(5);

/// The ports and their implementations, according to the settings.
pub struct Backend {
    /// The database itself, for migrations and probes.
    pub database: Arc<Database>,
    /// The database on its worker pool.
    pub store: Arc<dyn Store>,
    /// What checking tokens keeps in memory.
    pub(crate) caches: AuthenticationCaches,
    /// Argon2 on its worker pool.
    pub(crate) hasher: Arc<dyn PasswordHashing>,
    /// The external service, where one is configured.
    pub external_api: Option<Arc<HttpExternalApi>>,
    /// The key encryption keys.
    pub key_ring: Option<KeyRing>,
    /// What access tokens are signed and checked with.
    pub(crate) token_keys: Arc<TokenKeys>,
    /// Writes mails.
    pub mailer: Mailer,
    /// The machine's clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// The series of the process.
    pub(crate) metrics: Arc<Metrics>,
}

/// The reason why the process could not be assembled.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The settings make no usable signing key.
    #[error(transparent)]
    Token(#[from] TokenKeyError),
    /// The messages built into the program are not complete.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// There are no pages.
    #[error(transparent)]
    Pages(#[from] PageError),
    /// The limits have no counter.
    #[error(transparent)]
    Limits(#[from] LimitsStartError),
    /// The external service cannot be called.
    #[error("BACKEND_EXTERNAL_API_URL cannot be called: {0}")]
    ExternalApi(#[from] ore_external::StartError),
    /// There is no key encryption key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file of breached passwords is not valid.
    #[error("BACKEND_BREACHED_PASSWORDS_FILE: {0}")]
    BreachedPasswords(#[from] BreachedPasswordsError),
    /// A template of mails is broken.
    #[error("BACKEND_MAIL_TEMPLATES_DIR: {0}")]
    Templates(#[from] TemplateError),
    /// The relying party of the settings cannot have passkeys.
    #[error("BACKEND_PUBLIC_URL: {0}")]
    RelyingParty(#[from] InvalidRelyingParty),
    /// Mails cannot be sent.
    #[error(transparent)]
    Mail(#[from] ore_jobs::StartError),
    /// Two metrics have the same name.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The documentation is not complete.
    #[error("documentation: {0}")]
    Documentation(#[from] DocumentationError),
    /// There is no OpenAPI document.
    #[error("documentation: {0}")]
    Document(#[from] DocumentError),
}

impl Backend {
    /// Starts the worker pools. The database may be away.
    ///
    /// # Errors
    /// [`StartError::Thread`], [`StartError::ExternalApi`], [`StartError::Metrics`], [`StartError::Token`] and
    /// [`StartError::Key`].
    pub fn start(settings: &Settings) -> Result<Self, StartError> {
        Self::with_database(settings, settings.database.options())?.with_keys(settings)
    }

    /// The same, with the key encryption keys, which mails need.
    ///
    /// # Errors
    /// [`StartError::Key`].
    pub fn with_keys(self, settings: &Settings) -> Result<Self, StartError> {
        let key_ring = key_ring(&settings.keys)?;
        let sealing = key_ring.as_ref().filter(|_| settings.mail.is_some());
        let mailer = sealing.map_or_else(Mailer::none, Mailer::new);
        Ok(Self { key_ring, mailer, ..self })
    }

    /// The templates and the transport of mails; `None` if no mail is configured.
    ///
    /// # Errors
    /// [`StartError::Templates`], [`StartError::Pages`] for the logo, and [`StartError::Mail`].
    pub fn delivery(&self, settings: &Settings) -> Result<Option<Delivery>, StartError> {
        let Some(mail) = &settings.mail else { return Ok(None) };
        Ok(Some(Delivery {
            templates: Templates::load(&settings.app.name, mail.templates_dir.as_deref())?
                .with_branding(mail_branding(&settings.app)?),
            transport: MailTransport::new(&mail.delivery, &TransportOptions::default())?,
            sender: mail.from.clone(),
            account_url: mail.account_url.clone(),
            default_locale: settings.default_locale,
        }))
    }

    /// The mails that are to be sent.
    pub fn mail_queue(&self) -> MailQueue {
        MailQueue::new(Arc::clone(&self.store), Arc::clone(&self.clock), self.mailer.clone())
    }

    /// As [`Backend::start`], on a database that is used in another way than by a server, and without keys.
    ///
    /// # Errors
    /// As [`Backend::start`], but for [`StartError::Key`].
    pub fn with_database(settings: &Settings, options: DatabaseOptions) -> Result<Self, StartError> {
        let caches = AuthenticationCaches::new(SESSION_CACHE_LIFETIME);
        let database = Arc::new(Database::new(options).with_caches(Arc::new(caches.clone())));
        let connections = usize::try_from(database.pool_size().get()).unwrap_or(usize::MAX);
        // On PostgreSQL half of the connections are left to readers. On SQLite one writes at a time, for all who wait.
        let writers = if settings.database.url.is_postgres() { connections.div_ceil(2) } else { SQLITE_WRITERS };
        let metrics = Metrics::new(&settings.app.version)?;
        let hasher = Argon2Hasher::new(settings.passwords.hash_parameters());
        let PasswordSettings { hash_slots, hash_wait, breached_file, .. } = &settings.passwords;
        let hasher = PooledHasher::start(hasher, hash_slots.get(), *hash_wait, &metrics.worker_pools)?;
        let breached_passwords = breached_file.as_deref().map(BreachedPasswords::open).transpose()?;
        Ok(Self {
            store: Arc::new(PooledStore::start(database.clone(), connections, writers, &metrics.worker_pools)?),
            caches,
            hasher: Arc::new(hasher.refusing(breached_passwords)),
            external_api: settings
                .external_api
                .as_ref()
                .map(|of| external_api(of, &metrics))
                .transpose()?
                .map(Arc::new),
            key_ring: None,
            token_keys: TokenKeys::new(
                keys_in_use(&settings.tokens, &keys_of_files(&settings.tokens)?).map_err(TokenKeyError::from)?,
            ),
            mailer: Mailer::none(),
            clock: Arc::new(SystemClock),
            metrics: Arc::new(metrics),
            database,
        })
    }

    /// What each worker makes its application from.
    ///
    /// # Errors
    /// As [`StartError`] says.
    pub fn parts(&self, settings: &Settings, readiness: Arc<Readiness>) -> Result<Parts, StartError> {
        let password = PasswordPolicy { min_length: settings.passwords.min_length };
        let store: Arc<dyn Store> = Arc::new(ReadyStore::new(Arc::clone(&self.store), Arc::clone(&readiness)));
        let services = self.services(settings, store)?;
        let keyed_hash = self.keyed_hash(settings);
        let limits = ore_limits::start(settings, keyed_hash.clone(), &self.database, &readiness, &self.metrics)?;
        let state = ApiState {
            clock: Arc::clone(&self.clock),
            catalogue: Catalogue::load(password)?,
            default_locale: settings.default_locale,
            body_rules: BodyRules { password, service_name: settings.app.name.clone() },
            version: settings.app.version.clone(),
            trusted_proxies: TrustedProxies::new(settings.server.trusted_proxies.clone()),
            https_rule: HttpsRule::new(settings.server.require_https, settings.server.public_url.as_ref()),
            metrics_access: settings.metrics_access(),
            origins: settings.server.allowed_origins.clone(),
            cursor_keys: CursorKeys::new(self.client_keys(settings, "ore cursors")),
            reauth: settings.sessions.reauth,
            general_limit: settings.limits.enabled.then(|| Arc::new(GeneralLimit::new(settings.limits.general()))),
            credential_log: CredentialLog::new(keyed_hash, self.metrics.audit.outcomes.clone()),
            authorization_server: authorization_server(settings).map(Arc::new),
            sends_traces: settings.sends_traces,
            readiness,
        };
        let documentation = if settings.app.debug {
            Some(Data::new(Site::new(&settings.app, document_text(settings, SECTIONS)?)?))
        } else {
            None
        };
        let first_admin = Arc::new(FirstAdmin::new(settings, self.bootstrap()));
        Ok(Parts {
            pages: site_of(settings, self.key_ring.as_ref(), password, Arc::clone(&first_admin), self.bootstrap())?,
            state: Data::new(state),
            services: Data::new(services),
            credential_limits: Data::new(limits),
            first_admin,
            external_api: self.external_api.clone().map(|api| Data::from(api as Arc<dyn ExternalApi>)),
            metrics: Data::from(Arc::clone(&self.metrics)),
            documentation,
            origins: settings.server.allowed_origins.clone(),
            log_headers: settings.app.debug,
        })
    }

    fn bootstrap(&self) -> Bootstrap {
        Bootstrap::new(Arc::clone(&self.store), Arc::clone(&self.clock))
    }

    /// The use cases over this store.
    ///
    /// # Errors
    /// [`StartError::Token`] and [`StartError::RelyingParty`].
    pub fn services(&self, settings: &Settings, store: Arc<dyn Store>) -> Result<Services, StartError> {
        let ports = Ports {
            store,
            hasher: Arc::clone(&self.hasher),
            clock: Arc::clone(&self.clock),
            caches: self.caches.clone(),
            mailer: self.mailer.clone(),
            throttle: settings.limits.enabled.then(|| self.throttle(settings)),
            keyed_hash: self.keyed_hash(settings),
            totp_keys: self.key_ring.as_ref().map(TotpKeys::new).unwrap_or_default(),
            app_name: settings.app.name.clone(),
            passkeys: passkey_ceremonies(settings, || self.client_keys(settings, "ore passkeys"))?,
        };
        let SessionSettings { refresh_grace, idle, absolute, limit, .. } = settings.sessions;
        let tokens = Tokens {
            sessions: SessionTokens {
                keys: Arc::clone(&self.token_keys),
                lifetime: settings.tokens.access_token_lifetime,
                policy: SessionPolicy { refresh_grace, idle, absolute, limit },
                second_factors: Self::second_factor_policy(settings),
            },
            keys: Arc::clone(&self.token_keys),
            longest: longest_token(settings) + LEEWAY,
            keyring: self.keyring(settings),
            legacy: legacy_tokens(&settings.tokens).map_err(TokenKeyError::from)?,
            exchange_audiences: settings.tokens.exchange_audiences.clone(),
        };
        Ok(Services::new(ports, tokens, registration(&settings.accounts), Self::second_factor_policy(settings)))
    }

    /// Who must have a second factor: the roles in the settings.
    fn second_factor_policy(settings: &Settings) -> SecondFactorPolicy {
        SecondFactorPolicy::new(settings.accounts.require_mfa.clone())
    }

    /// The store of key pairs; `None` without a key encryption key.
    fn keyring(&self, settings: &Settings) -> Option<Keyring> {
        let policy = signing_key_policy(&settings.tokens, longest_token(settings));
        self.key_ring.as_ref().map(|ring| Keyring::new(ring, policy))
    }

    /// What takes over the pairs of keys in the database; `None` where none are wanted from there.
    pub(crate) fn key_follower(&self, settings: &Settings) -> Option<KeyFollower> {
        let keyring = self.keyring(settings).filter(|_| settings.tokens.has_stored_keys())?;
        Some(KeyFollower {
            keyring,
            settings: settings.tokens.clone(),
            keys: Arc::clone(&self.token_keys),
            caches: self.caches.clone(),
            clock: Arc::clone(&self.clock),
            seen: None,
            has_started: false,
        })
    }

    /// What deletes what is old. What has ended is kept for as long as an access token of it may be valid elsewhere.
    pub(crate) fn housekeeping(&self, settings: &Settings) -> Housekeeping {
        let longest_token = longest_token(settings) + LEEWAY;
        Housekeeping::new(Arc::clone(&self.store), Arc::clone(&self.clock), longest_token, RETENTION_LEEWAY)
    }

    /// What seals the audit log, and deletes its old entries.
    pub(crate) fn audit_sealing(&self, settings: &Settings) -> AuditSealing {
        let keys = self.key_ring.as_ref().map(AuditKeys::new);
        AuditSealing::new(Arc::clone(&self.store), Arc::clone(&self.clock), keys, settings.audit.retention)
    }

    /// The accounts, for operators.
    pub fn accounts(&self, settings: &Settings) -> Accounts {
        // Failures may be stored from a time when they were counted.
        Accounts::new(Arc::clone(&self.store), Arc::clone(&self.hasher), Arc::clone(&self.clock))
            .with_throttle(Some(self.throttle(settings)))
            .with_admins(registration(&settings.accounts).admins())
    }

    /// The keyed hash for pseudonyms of addresses and networks.
    fn keyed_hash(&self, settings: &Settings) -> KeyedHash {
        let of_tokens = || KeyedHash::new(settings.tokens.secret_key.expose_secret().as_bytes());
        self.key_ring.as_ref().map_or_else(of_tokens, |ring| ring.keyed_hash("ore pseudonyms"))
    }

    /// The keys for sealed values that clients keep for a while.
    fn client_keys(&self, settings: &Settings, purpose: &str) -> SealingKeys {
        let of_tokens = || SealingKey::derive(settings.tokens.secret_key.expose_secret().as_bytes(), purpose).into();
        self.key_ring.as_ref().map_or_else(of_tokens, |ring| ring.sealing(purpose))
    }

    /// If mail is configured, a locked-out user can get in again by a reset.
    fn throttle(&self, settings: &Settings) -> Throttle {
        Throttle::new(self.keyed_hash(settings), settings.mail.is_some())
    }

    /// Closes connections to the external service. The worker pools end when this is dropped.
    pub fn close(&self) {
        if let Some(external_api) = &self.external_api {
            external_api.close();
        }
    }
}

fn longest_token(settings: &Settings) -> Duration {
    settings.tokens.access_token_lifetime.max(IMPERSONATION_LIFETIME)
}

fn registration(settings: &AccountSettings) -> RegistrationPolicy {
    RegistrationPolicy {
        is_closed: !settings.is_open,
        domains: settings.domains.clone(),
        requires_verified_email: settings.requires_verified_email,
        hides_accounts: settings.hides_accounts,
    }
}

fn external_api(
    settings: &ExternalApiSettings,
    metrics: &Metrics,
) -> Result<HttpExternalApi, ore_external::StartError> {
    let options = ExternalOptions {
        key: settings.key.clone(),
        timeout: settings.timeout,
        ..ExternalOptions::new(settings.url.clone())
    };
    HttpExternalApi::start(options, Box::new(metrics.external_api.clone()), ore_telemetry::traces::headers_of)
}
