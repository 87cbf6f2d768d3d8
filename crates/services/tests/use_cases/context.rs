use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use ore_domain::{
    AuditOrigin, BoxFuture, Changed, EmailAddress, Locale, Password, PasswordHash, PasswordPolicy, Profile,
    SessionOrigin, Store, StoreError, StoreExt, User, Users,
};
use ore_security::key_ring::KeyRing;
use ore_security::keyed_hash::KeyedHash;
use ore_security::password::{Argon2Hasher, HashError, HashMemory, HashObserver, HashParameters, Verification};
use ore_security::token::{
    Algorithm, IssuerSettings, JwkSet, LegacyTokenVerifier, SecretKey, SigningKey, TokenIssuer, TokenVerifier,
    VerificationKey, VerifierSettings,
};
use ore_services::{
    Accounts, Actor, Administration, AdministrationError, AuthenticateError, Authentication, AuthenticationCaches,
    Caller, ClaimedMail, HashingError, KeysInUse, LegacyTokens, LogInError, MailQueue, Mailer, NewAccount,
    OpenedSession, PasswordHashing, Recovery, RefreshError, RegistrationPolicy, SecondFactorPolicy, SecondFactors,
    SessionPolicy, SessionTokens, Sessions, SignUpError, SignedUp, Throttle, TokenKeys, TotpKeys,
};
use ore_testkit::{FixedClock, InlineStore, MemoryStore, block_on};

pub(crate) const EMAIL: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const LIFETIME: Duration = Duration::from_mins(30);
pub(crate) const POLICY: SessionPolicy = SessionPolicy {
    idle: Duration::from_hours(14 * 24),
    absolute: Duration::from_hours(30 * 24),
    limit: 3,
    refresh_grace: Duration::from_secs(10),
};
pub(crate) const LOCALE: Locale = Locale::En;
const KEY: &[u8] = b"a key of thirty-two bytes, or so";

/// Everything the use cases stand on.
pub(crate) struct TestContext {
    pub(crate) store: Arc<InlineStore<MemoryStore>>,
    pub(crate) hasher: Arc<InlineHasher>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) caches: AuthenticationCaches,
    pub(crate) mailer: Mailer,
    pub(crate) throttle: Option<Throttle>,
}

impl TestContext {
    pub(crate) fn new() -> Self {
        Self::with_cost(cheapest())
    }

    pub(crate) fn with_cost(parameters: HashParameters) -> Self {
        Self::of(parameters, Duration::ZERO)
    }

    /// With users who are read from the cache for an hour.
    pub(crate) fn with_cache() -> Self {
        Self::of(cheapest(), Duration::from_hours(1))
    }

    fn of(parameters: HashParameters, lifetime_of_users: Duration) -> Self {
        let caches = AuthenticationCaches::new(lifetime_of_users);
        let store = Arc::new(InlineStore::new(MemoryStore::with_caches(Arc::new(caches.clone()))));
        let (hasher, throttle) = (Arc::new(InlineHasher::new(parameters)), Some(throttle(true)));
        Self { store, hasher, clock: Arc::default(), caches, mailer: Mailer::none(), throttle }
    }

    /// Where mail is configured.
    pub(crate) fn with_mail(self) -> Self {
        Self { mailer: Mailer::new(&KeyRing::new([7; 32], [])), ..self }
    }

    /// The same, with another throttle or none.
    pub(crate) fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The same store and clock, and a dearer hash from now on.
    pub(crate) fn with_dearer_hashes(self) -> Self {
        Self { hasher: Arc::new(InlineHasher::new(HashParameters::new(16, 2, 1).unwrap())), ..self }
    }

    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::new(self.store.clone(), self.hasher.clone(), self.clock.clone()).with_throttle(self.throttle.clone())
    }

    pub(crate) fn sessions(&self) -> Sessions {
        self.sessions_on(self.store.clone())
    }

    pub(crate) fn sign_up(&self, address: &str) -> Result<OpenedSession, SignUpError> {
        match self.sign_up_with(RegistrationPolicy::default(), address, PASSWORD)? {
            SignedUp::Session(session) => Ok(*session),
            SignedUp::VerifyEmail => panic!("no session was opened"),
        }
    }

    pub(crate) fn sign_up_with(
        &self,
        policy: RegistrationPolicy,
        address: &str,
        text: &str,
    ) -> Result<SignedUp, SignUpError> {
        let origin = stranger();
        let sessions = self.sessions_of(self.store.clone(), policy);
        block_on(sessions.sign_up(&self.accounts(), email(address), password(text), origin, LOCALE))
    }

    pub(crate) fn log_in(&self, address: &str, text: &str) -> Result<OpenedSession, LogInError> {
        self.log_in_from("", None, address, text)
    }

    /// From a network, with what is shown as a device token.
    pub(crate) fn log_in_from(
        &self,
        network: &str,
        device_token: Option<&str>,
        address: &str,
        text: &str,
    ) -> Result<OpenedSession, LogInError> {
        let origin: AuditOrigin = SessionOrigin { address: network.to_owned(), ..SessionOrigin::default() }.into();
        block_on(self.sessions().log_in(&email(address), password(text), &origin, device_token))
    }

    pub(crate) fn authentication(&self) -> Authentication {
        Authentication::new(self.store.clone(), self.clock.clone(), token_keys(), None, &self.caches, POLICY.idle)
    }

    /// As another replica, which has caches of its own; sessions that are not used for `idle` end.
    pub(crate) fn authentication_elsewhere(&self, idle: Duration) -> Authentication {
        let caches = AuthenticationCaches::new(Duration::from_hours(1));
        Authentication::new(self.store.clone(), self.clock.clone(), token_keys(), None, &caches, idle)
    }

    /// As [`Self::sessions`], on another store.
    pub(crate) fn sessions_on(&self, store: Arc<dyn Store>) -> Sessions {
        self.sessions_of(store, RegistrationPolicy::default())
    }

    pub(crate) fn sessions_of(&self, store: Arc<dyn Store>, policy: RegistrationPolicy) -> Sessions {
        Sessions::new(store, self.hasher.clone(), self.clock.clone(), session_tokens())
            .with_throttle(self.throttle.clone())
            .with_mailer(self.mailer.clone())
            .with_registration(policy)
            .with_totp_keys(totp_keys())
    }

    pub(crate) fn second_factors(&self) -> SecondFactors {
        let (store, clock, mailer) = (self.store.clone(), self.clock.clone(), self.mailer.clone());
        SecondFactors::new(store, clock, mailer, totp_keys(), POLICY.idle, "ORE".to_owned())
    }

    pub(crate) fn recovery(&self) -> Recovery {
        Recovery::new(self.store.clone(), self.hasher.clone(), self.clock.clone(), self.mailer.clone())
            .with_throttle(self.throttle.clone())
    }

    /// Every mail that is to be sent now, in the order of their kinds; each counts as sent afterwards.
    pub(crate) fn mails(&self) -> Vec<ClaimedMail> {
        let queue = MailQueue::new(self.store.clone(), self.clock.clone(), self.mailer.clone());
        let mut mails = Vec::new();
        while let Some(claimed) = block_on(queue.claim()).unwrap() {
            block_on(queue.record_sent(claimed.mail.id)).unwrap();
            mails.push(claimed);
        }
        mails.sort_by_key(|claimed| claimed.mail.kind.name());
        mails
    }

    pub(crate) fn authentication_with_legacy_tokens(&self) -> Authentication {
        let verifier_of_legacy = LegacyTokenVerifier::new(&SecretKey::new(KEY).unwrap());
        let legacy = LegacyTokens { verifier: verifier_of_legacy, lifetime: LIFETIME };
        Authentication::new(
            self.store.clone(),
            self.clock.clone(),
            token_keys(),
            Some(legacy),
            &self.caches,
            POLICY.idle,
        )
    }

    /// The access token of a session that begins now.
    pub(crate) fn token(&self) -> String {
        let session = self.log_in(EMAIL, PASSWORD).unwrap();
        self.store.take_uses();
        session.access_token.expose().to_owned()
    }

    pub(crate) fn refresh(&self, token: &str) -> Result<OpenedSession, RefreshError> {
        block_on(self.sessions().refresh(token, LOCALE, stranger()))
    }

    /// Whom the access token of a session speaks for.
    pub(crate) fn authenticate(&self, session: &OpenedSession) -> Result<Caller, AuthenticateError> {
        block_on(self.authentication().authenticate(session.access_token.expose()))
    }

    /// Makes an account as an administrator does, of whom nothing is told.
    pub(crate) fn create(&self, address: &str) -> Result<User, AdministrationError> {
        let actor = Actor { origin: AuditOrigin::default(), ..Actor::operator() };
        let new = NewAccount {
            email: email(address),
            password: Some(password(PASSWORD)),
            profile: Profile::default(),
            roles: Vec::new(),
            sends_invitation: false,
        };
        let (store, hasher, clock) = (self.store.clone(), self.hasher.clone(), self.clock.clone());
        let administration = Administration::new(store, hasher, clock, self.mailer.clone(), self.throttle.clone());
        block_on(administration.create(&actor, new, LOCALE))
    }

    /// An account made, and nothing counted yet.
    pub(crate) fn with_account(self) -> Self {
        self.create(EMAIL).unwrap();
        self.store.take_uses();
        self.hasher.take_runs();
        self.hasher.take_turns();
        self
    }

    pub(crate) fn user(&self, address: &str) -> Option<User> {
        let address = email(address);
        let user = block_on(self.store.read(move |r| r.users().find_by_email(address.canonical())));
        self.store.take_uses();
        user.unwrap()
    }

    /// Changes what is stored of the user.
    pub(crate) fn change_user(
        &self,
        change: impl Fn(&mut dyn Users, &User) -> Result<Changed<bool>, StoreError> + Send + 'static,
    ) {
        let user = self.user(EMAIL).unwrap();
        let changed = self.store.write(move |r| Ok::<_, StoreError>(change(r.users(), &user)?.invalidate(r)));
        assert!(block_on(changed).unwrap());
        self.store.take_uses();
    }
}

/// Somebody of whom nothing is known.
pub(crate) fn stranger() -> &'static AuditOrigin {
    static STRANGER: LazyLock<AuditOrigin> = LazyLock::new(AuditOrigin::default);
    &STRANGER
}

pub(crate) fn cheapest() -> HashParameters {
    HashParameters::new(8, 1, 1).unwrap()
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text, PasswordPolicy::default()).unwrap()
}

pub(crate) fn totp_keys() -> TotpKeys {
    TotpKeys::new(&KeyRing::new([7; 32], []))
}

pub(crate) fn throttle(can_lock: bool) -> Throttle {
    Throttle::new(KeyedHash::new(KEY), can_lock)
}

fn session_tokens() -> SessionTokens {
    SessionTokens {
        keys: token_keys(),
        lifetime: LIFETIME,
        policy: POLICY,
        second_factors: SecondFactorPolicy::default(),
    }
}

pub(crate) fn token_keys() -> Arc<TokenKeys> {
    let settings =
        IssuerSettings { issuer: "ore-backend".to_owned(), audience: "ore".to_owned(), client_id: "test".to_owned() };
    let key = SigningKey::hmac(Algorithm::Hs256, &SecretKey::new(KEY).unwrap()).unwrap();
    let (issuer, verifiers) = (TokenIssuer::new(settings, key), vec![verifier()]);
    TokenKeys::new(Some(KeysInUse { issuer, verifiers, exchanged: Vec::new(), published: JwkSet::default() }))
}

pub(crate) fn verifier() -> TokenVerifier {
    let settings = VerifierSettings {
        issuer: "ore-backend".to_owned(),
        audience: "ore".to_owned(),
        leeway: Duration::from_secs(30),
    };
    let key = VerificationKey::hmac(Algorithm::Hs256, &SecretKey::new(KEY).unwrap()).unwrap();
    TokenVerifier::new(settings, [key]).unwrap()
}

/// Hashes at once, on the thread that polls, and writes down what each computation cost.
pub(crate) struct InlineHasher {
    hasher: Argon2Hasher,
    runs: Arc<Runs>,
    turns: AtomicUsize,
    before_hash: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    next_failure: Mutex<Option<HashError>>,
}

#[derive(Default)]
struct Runs(Mutex<Vec<HashParameters>>);

impl HashObserver for Runs {
    fn hashed(&self, parameters: &HashParameters) {
        self.0.lock().unwrap().push(*parameters);
    }
}

impl InlineHasher {
    fn new(parameters: HashParameters) -> Self {
        let runs = Arc::new(Runs::default());
        let hasher = Argon2Hasher::new(parameters).with_observer(runs.clone());
        Self { hasher, runs, turns: AtomicUsize::new(0), before_hash: Mutex::new(None), next_failure: Mutex::new(None) }
    }

    /// The cost of each computation since this was asked last.
    pub(crate) fn take_runs(&self) -> Vec<HashParameters> {
        mem::take(&mut self.runs.0.lock().unwrap())
    }

    /// How often a thread was asked for since this was asked last.
    pub(crate) fn take_turns(&self) -> usize {
        self.turns.swap(0, Ordering::Relaxed)
    }

    /// Has the next turn fail before anything is computed.
    pub(crate) fn fail_next(&self, error: HashError) {
        *self.next_failure.lock().unwrap() = Some(error);
    }

    fn take_turn(&self) -> Result<(), HashError> {
        self.turns.fetch_add(1, Ordering::Relaxed);
        self.next_failure.lock().unwrap().take().map_or(Ok(()), Err)
    }

    /// Something that happens elsewhere while the next hash is made.
    pub(crate) fn during_next_hash(&self, happens: impl FnOnce() + Send + 'static) {
        *self.before_hash.lock().unwrap() = Some(Box::new(happens));
    }
}

impl PasswordHashing for InlineHasher {
    fn hash(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>> {
        Box::pin(async move {
            if let Some(happens) = self.before_hash.lock().unwrap().take() {
                happens();
            }
            self.take_turn()?;
            let hash = self.hasher.hash(password.expose(), &mut HashMemory::new())?;
            Ok(PasswordHash::new(hash.into_string()))
        })
    }

    fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> BoxFuture<'_, Result<Verification, HashingError>> {
        Box::pin(async move {
            self.take_turn()?;
            let stored = stored.as_ref().map(PasswordHash::expose);
            Ok(self.hasher.verify(password.expose(), stored, &mut HashMemory::new())?)
        })
    }
}
