use std::sync::Arc;
use std::time::Duration;

use ore_security::token::{Algorithm, MAXIMUM_LEEWAY, SecretKey, VerificationKey, VerifierSettings};

use crate::observer::NoObserver;
use crate::settings::Settings;
use crate::{BuildError, Clock, Observer, StaleRevocations, SystemClock, Verifier};

/// How old keys and revocations may be, unless the service says otherwise.
pub const DEFAULT_MAX_STALE: Duration = Duration::from_hours(1);
/// How long tokens live at most, unless the service says otherwise.
pub const DEFAULT_LONGEST_TOKEN_LIFE: Duration = Duration::from_hours(24);

impl Verifier {
    /// Starts to make a verifier of tokens of this issuer: what their claim `iss` says.
    pub fn builder(issuer: impl Into<String>) -> VerifierBuilder {
        VerifierBuilder::new(issuer.into())
    }
}

/// Makes a [`Verifier`].
#[must_use]
pub struct VerifierBuilder {
    issuer: String,
    audience: String,
    leeway: Duration,
    max_stale: Duration,
    longest_token_life: Duration,
    secrets: Vec<(Algorithm, SecretKey)>,
    revocations: Option<StaleRevocations>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
}

impl VerifierBuilder {
    fn new(issuer: String) -> Self {
        Self {
            issuer,
            audience: String::new(),
            leeway: MAXIMUM_LEEWAY,
            max_stale: DEFAULT_MAX_STALE,
            longest_token_life: DEFAULT_LONGEST_TOKEN_LIFE,
            secrets: Vec::new(),
            revocations: None,
            clock: Arc::new(SystemClock),
            observer: Arc::new(NoObserver),
        }
    }

    /// The audience that tokens must name: this service. It is required.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// How far `iat` and `nbf` may lie in the future; 30 seconds at most, which is also the default. `exp` gets none.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How old the key set and the revocations may be; [`DEFAULT_MAX_STALE`] unless set. Keys that are older verify nothing,
    /// so that an outage of the issuer does not keep a key alive that was withdrawn meanwhile.
    pub fn max_stale(mut self, max_stale: Duration) -> Self {
        self.max_stale = max_stale;
        self
    }

    /// How long a token lives at most; [`DEFAULT_LONGEST_TOKEN_LIFE`] unless set. So long the revocation of a user is kept,
    /// and with revocations a token that lives longer is refused.
    pub fn longest_token_life(mut self, life: Duration) -> Self {
        self.longest_token_life = life;
        self
    }

    /// A secret that the service shares with the issuer, beside the key set or in place of it. Whoever has it can make
    /// tokens too. Several may be given, for a change of secrets.
    pub fn secret(mut self, algorithm: Algorithm, secret: SecretKey) -> Self {
        self.secrets.push((algorithm, secret));
        self
    }

    /// Refuses tokens of sessions that have ended and of users whose tokens were revoked. What becomes of tokens while the
    /// issuer cannot be asked has to be said.
    pub fn revocations(mut self, when_stale: StaleRevocations) -> Self {
        self.revocations = Some(when_stale);
        self
    }

    /// The clock that [`Verifier::now`] reads; the one of the operating system unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The observer of checks and reads, for metrics.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// Makes the verifier. Without a secret it refuses every token until [`Verifier::replace_keys`].
    ///
    /// # Errors
    /// [`BuildError`] says what is missing or wrong.
    pub fn build(self) -> Result<Verifier, BuildError> {
        if self.issuer.is_empty() {
            return Err(BuildError::NoIssuer);
        }
        if self.audience.is_empty() {
            return Err(BuildError::NoAudience);
        }
        let secrets = self.secrets.iter().map(|(algorithm, secret)| secret_key(*algorithm, secret));
        let settings = Settings {
            tokens: VerifierSettings { issuer: self.issuer, audience: self.audience, leeway: self.leeway },
            secrets: secrets.collect::<Result<_, _>>()?,
            max_stale: self.max_stale.as_secs(),
            longest_token_life: self.longest_token_life.as_secs(),
            revocations: self.revocations,
        };
        Ok(Verifier::new(settings, self.clock, self.observer)?)
    }
}

fn secret_key(algorithm: Algorithm, secret: &SecretKey) -> Result<VerificationKey, BuildError> {
    if secret.len() < algorithm.minimum_key_bytes() {
        return Err(BuildError::SecretTooShort(algorithm));
    }
    Ok(VerificationKey::hmac(algorithm, secret)?)
}
