use std::time::Duration;

use ore_domain::{
    AttemptDecision, CanonicalEmail, FailurePolicy, FailureSource, LoginAttempt, NewDevice, Repositories,
    SessionOrigin, StartedAttempt, Store, StoreError, StoreExt, Timestamp, TokenHash, User,
};
use ore_security::keyed_hash::KeyedHash;
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::RandomnessError;

use crate::audit::{Act, AuditedError, not_written};
use crate::session_tokens::hash_of;

/// More devices than anybody uses. Programs that never send the token get a new one each time.
pub(crate) const DEVICES_OF_A_USER: u32 = 50;

/// Delays attempts at an account after repeated failures. It does not delay the owner on a network or a device that
/// logged in before, because strangers and each such network and device are counted separately.
#[derive(Clone)]
pub struct Throttle {
    keyed_hash: KeyedHash,
    policy: FailurePolicy,
}

/// A client that tries a password.
#[derive(Clone)]
pub(crate) struct Client {
    network: Option<String>,
    /// The device token that it sent, and its hash; only the hash is known if another call sent the token.
    shown_token: Option<OpaqueToken>,
    shown_device: Option<TokenHash>,
    new_device: OpaqueToken,
    /// Whether its device needs no second factor from now on.
    trusts_device: bool,
}

/// An attempt that has begun, and its client.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) started: StartedAttempt,
    client: Client,
}

/// The result of a use case that compares a password.
pub(crate) trait AttemptError: From<StoreError> + AuditedError {
    /// The result for an attempt that is not admitted now.
    fn throttled(retry_after: Duration) -> Self;

    /// Whether it counts as a failure: the password was compared and was wrong.
    fn is_failure(&self) -> bool;
}

impl Throttle {
    /// Accounts and networks are stored only as keyed hashes. If `can_lock`, a hundred failures in a row lock the
    /// source; the owner must be able to reset them by mail.
    pub const fn new(keyed_hash: KeyedHash, can_lock: bool) -> Self {
        Self { keyed_hash, policy: FailurePolicy { can_lock } }
    }

    /// The keyed hash of an account.
    pub(crate) fn account(&self, email: &CanonicalEmail) -> String {
        self.keyed_hash.of(&format!("failures of {}", email.as_str()))
    }

    /// The client, from its network and its device token. An invalid token is ignored.
    pub(crate) fn client(&self, origin: &SessionOrigin, device_token: Option<&str>) -> Result<Client, RandomnessError> {
        let shown_token = device_token.and_then(|text| OpaqueToken::parse(TokenKind::Device, text).ok());
        Ok(Client {
            network: Some(origin.address.as_str())
                .filter(|address| !address.is_empty())
                .map(|address| self.keyed_hash.of(&format!("network {address}"))),
            shown_device: shown_token.as_ref().map(hash_of),
            shown_token,
            new_device: OpaqueToken::generate(TokenKind::Device)?,
            trusts_device: false,
        })
    }

    /// Begins an attempt, if it is admitted.
    pub(crate) fn start<E: AttemptError>(
        &self,
        repositories: &mut dyn Repositories,
        (email, user): (&CanonicalEmail, Option<&User>),
        client: &Client,
        at: Timestamp,
    ) -> Result<Attempt, E> {
        let attempt = LoginAttempt {
            account: self.account(email),
            user: user.map(|user| user.id),
            network: client.network.clone(),
            device: client.shown_device,
            at,
        };
        match repositories.login_failures().start_attempt(&attempt, self.policy)? {
            AttemptDecision::Started(started) => Ok(Attempt { started, client: client.clone() }),
            AttemptDecision::Refused(retry_after) => Err(E::throttled(retry_after)),
        }
    }

    /// Counts a failed attempt, or takes back one that says nothing about the password, and writes the audit entry. A
    /// successful attempt has reset the failures in its transaction.
    pub(crate) async fn settle<T, E: AttemptError>(
        &self,
        store: &dyn Store,
        attempt: Attempt,
        result: Result<T, E>,
        act: &Act,
        now: Timestamp,
    ) -> Result<T, E> {
        let Err(error) = &result else { return result };
        let failed = FailedAttempt { started: attempt.started, is_failure: error.is_failure(), at: now };
        let entry = act.refused(error.refusal(), now);
        let (action, is_failure, counting) = (entry.action.name(), failed.is_failure, failed.clone());
        let recorded = store.write(move |r| {
            failed.record(r)?;
            r.audit_log().append(&entry)
        });
        let Err(error) = recorded.await else { return result };
        not_written(action, &error);
        match store.write_once(move |r| counting.record(r)).await {
            // If the failure cannot be counted, the client does not learn the result.
            Err(error) if is_failure => Err(error.into()),
            _ => result,
        }
    }
}

/// The outcome of an attempt that did not succeed.
#[derive(Clone)]
struct FailedAttempt {
    started: StartedAttempt,
    is_failure: bool,
    at: Timestamp,
}

impl FailedAttempt {
    fn record(&self, r: &mut dyn Repositories) -> Result<(), StoreError> {
        if self.is_failure {
            r.login_failures().record_failure(&self.started, self.at)
        } else {
            r.login_failures().withdraw_attempt(&self.started)
        }
    }
}

impl Attempt {
    /// Resets the failures, and makes the network and the device known.
    pub(crate) fn succeed(
        &self,
        repositories: &mut dyn Repositories,
        user: &User,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        repositories.login_failures().reset_failures(&self.started)?;
        self.client.store_known(repositories, user, self.is_of_known_device(), at)
    }

    /// The same, for a device that needs no second factor after a success, if that is wanted.
    pub(crate) fn trusting_device(self, trusts_device: bool) -> Self {
        Self { client: Client { trusts_device, ..self.client }, ..self }
    }

    /// The device token of the client from now on; `None` if it keeps one that another call has sent.
    pub(crate) fn into_device_token(self) -> Option<OpaqueToken> {
        let keeps_token = self.is_of_known_device() && !self.client.trusts_device;
        if keeps_token { self.client.shown_token } else { Some(self.client.new_device) }
    }

    fn is_of_known_device(&self) -> bool {
        matches!(self.started.source, FailureSource::Device(_))
    }
}

impl Client {
    /// The same, with a device that another call has sent, unless the client sends one itself.
    pub(crate) fn with_device(self, device: Option<TokenHash>) -> Self {
        Self { shown_device: self.shown_device.or(device), ..self }
    }

    /// Makes the network and a new device known.
    pub(crate) fn make_new_known(
        &self,
        repositories: &mut dyn Repositories,
        user: &User,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.store_known(repositories, user, false, at)
    }

    /// Makes the network known, and a new device unless the client sent a valid token. A known device stays as it is.
    pub(crate) fn make_known(
        &self,
        repositories: &mut dyn Repositories,
        user: &User,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        match (&self.network, &self.shown_device) {
            (Some(network), Some(_)) => repositories.known_sources().record_network(user.id, network, at),
            (None, Some(_)) => Ok(()),
            (_, None) => self.make_new_known(repositories, user, at),
        }
    }

    /// The device token of the client from now on, unless it has sent one.
    pub(crate) fn into_device_token_unless_shown(self) -> Option<OpaqueToken> {
        self.shown_device.is_none().then_some(self.new_device)
    }

    pub(crate) fn into_new_device_token(self) -> OpaqueToken {
        self.new_device
    }

    fn store_known(
        &self,
        repositories: &mut dyn Repositories,
        user: &User,
        is_known_device: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sources = repositories.known_sources();
        if let Some(network) = &self.network {
            sources.record_network(user.id, network, at)?;
        }
        match self.shown_device {
            Some(device) if is_known_device && !self.trusts_device => {
                sources.record_device_use(device, at, at + FailurePolicy::KNOWN_FOR)
            }
            _ => {
                let device = new_device(&self.new_device, at);
                let device = NewDevice { skips_second_factor: self.trusts_device, ..device };
                sources.add_device(user, &device, DEVICES_OF_A_USER)
            }
        }
    }
}

/// A new known device, which has shown the second factor.
pub(crate) fn new_device(token: &OpaqueToken, at: Timestamp) -> NewDevice {
    NewDevice {
        token_hash: hash_of(token),
        created_at: at,
        expires_at: at + FailurePolicy::KNOWN_FOR,
        skips_second_factor: false,
    }
}
