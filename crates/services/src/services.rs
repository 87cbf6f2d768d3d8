use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Clock, Store};
use ore_security::keyed_hash::KeyedHash;

use crate::{
    Accounts, Administration, ApiKeys, AuditReader, Authentication, AuthenticationCaches, ClientTokens, Denials,
    Idempotency, Keyring, LegacyTokens, MailQueue, Mailer, PasskeyCeremonies, Passkeys, PasswordHashing, Recovery,
    RegistrationPolicy, RevocationFeed, RoleAdministration, SecondFactorPolicy, SecondFactors, ServiceAccounts,
    SessionTokens, Sessions, SigningKeyAdministration, Throttle, TokenKeys, TotpKeys,
};

/// The use cases, a struct for each subject.
pub struct Services {
    /// The accounts.
    pub accounts: Accounts,
    /// The administration of the accounts of others.
    pub administration: Administration,
    /// The roles.
    pub roles: RoleAdministration,
    /// The API keys.
    pub api_keys: ApiKeys,
    /// The passkeys.
    pub passkeys: Passkeys,
    /// The service accounts.
    pub service_accounts: ServiceAccounts,
    /// The access tokens of service accounts.
    pub client_tokens: ClientTokens,
    /// The pairs of keys that access tokens are signed with.
    pub signing_keys: SigningKeyAdministration,
    /// The keys that are in use.
    pub token_keys: Arc<TokenKeys>,
    /// The mails that are to be sent.
    pub mail_queue: MailQueue,
    /// The feed of revoked access tokens.
    pub revocations: RevocationFeed,
    /// The calls that are carried out once.
    pub idempotency: Idempotency,
    /// The sessions.
    pub sessions: Sessions,
    /// The second factors of users.
    pub second_factors: SecondFactors,
    /// The way back in for those who forgot their password.
    pub recovery: Recovery,
    /// The authentication of tokens and API keys.
    pub authentication: Authentication,
    /// The reader of the audit log.
    pub audit: AuditReader,
    /// Tells the audit log of calls that were refused before any use case.
    pub denials: Denials,
}

/// The ports that the use cases need.
pub struct Ports {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHashing>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The caches of token checks, which the store invalidates.
    pub caches: AuthenticationCaches,
    /// Writes mails.
    pub mailer: Mailer,
    /// Delays those who fail at a password again and again, where that is wanted.
    pub throttle: Option<Throttle>,
    /// Names that only we can match with what they name.
    pub keyed_hash: KeyedHash,
    /// The keys that seal the secrets of authenticator apps.
    pub totp_keys: TotpKeys,
    /// The name of the service in authenticator apps.
    pub app_name: String,
    /// The ceremonies of passkeys, where it is known which site they are for.
    pub passkeys: Option<PasskeyCeremonies>,
}

/// How tokens are made and checked.
pub struct Tokens {
    /// Makes them.
    pub sessions: SessionTokens,
    /// Checks ours.
    pub keys: Arc<TokenKeys>,
    /// The time for which others may still accept one of our tokens after it was made.
    pub longest: Duration,
    /// How pairs of keys are kept; `None` where nothing can be sealed.
    pub keyring: Option<Keyring>,
    /// How the Python service's are accepted, if they are.
    pub legacy: Option<LegacyTokens>,
    /// For whom clients get tokens in exchange for ours.
    pub exchange_audiences: Vec<String>,
}

impl Services {
    /// Puts the use cases together.
    pub fn new(ports: Ports, tokens: Tokens, registration: RegistrationPolicy, policy: SecondFactorPolicy) -> Self {
        let Ports { store, hasher, clock, caches, mailer, throttle, keyed_hash, totp_keys, app_name, passkeys } = ports;
        let (idle, audit) = (tokens.sessions.policy.idle, AuditReader::new(Arc::clone(&store)));
        let lifetime = tokens.sessions.lifetime;
        let client_tokens =
            ClientTokens::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&tokens.keys), lifetime)
                .with_exchange_audiences(tokens.exchange_audiences);
        let sessions = Sessions::new(Arc::clone(&store), Arc::clone(&hasher), Arc::clone(&clock), tokens.sessions);
        Self {
            administration: Administration::new(
                Arc::clone(&store),
                Arc::clone(&hasher),
                Arc::clone(&clock),
                mailer.clone(),
                throttle.clone(),
            )
            .with_admins(registration.admins())
            .with_policy(policy.clone()),
            signing_keys: SigningKeyAdministration::new(Arc::clone(&store), Arc::clone(&clock), tokens.keyring),
            token_keys: Arc::clone(&tokens.keys),
            mail_queue: MailQueue::new(Arc::clone(&store), Arc::clone(&clock), mailer.clone()),
            revocations: RevocationFeed::new(Arc::clone(&store), Arc::clone(&clock), tokens.longest),
            denials: Denials::new(Arc::clone(&store), Arc::clone(&clock)),
            idempotency: Idempotency::new(Arc::clone(&store), Arc::clone(&clock), keyed_hash.clone()),
            roles: RoleAdministration::new(Arc::clone(&store), Arc::clone(&clock)),
            api_keys: ApiKeys::new(Arc::clone(&store), Arc::clone(&clock), idle),
            passkeys: Passkeys::new(Arc::clone(&store), Arc::clone(&clock), passkeys.clone(), idle, mailer.clone())
                .with_policy(policy.clone()),
            service_accounts: ServiceAccounts::new(Arc::clone(&store), Arc::clone(&clock)),
            client_tokens,
            accounts: Accounts::new(Arc::clone(&store), Arc::clone(&hasher), Arc::clone(&clock))
                .with_throttle(throttle.clone())
                .with_admins(registration.admins()),
            second_factors: SecondFactors::new(
                Arc::clone(&store),
                Arc::clone(&clock),
                mailer.clone(),
                totp_keys.clone(),
                idle,
                app_name,
            )
            .with_policy(policy.clone()),
            recovery: Recovery::new(Arc::clone(&store), hasher, Arc::clone(&clock), mailer.clone())
                .with_throttle(throttle.clone())
                .with_account_names(Some(keyed_hash.clone())),
            sessions: sessions
                .with_account_names(Some(keyed_hash))
                .with_throttle(throttle)
                .with_mailer(mailer)
                .with_passkeys(passkeys)
                .with_registration(registration)
                .with_totp_keys(totp_keys),
            authentication: Authentication::new(store, clock, tokens.keys, tokens.legacy, &caches, idle)
                .with_policy(policy),
            audit,
        }
    }
}
