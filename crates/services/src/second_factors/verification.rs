use ore_domain::{
    AuditAction, AuditOrigin, Locale, NewDevice, PendingLogIn, Repositories, SessionOrigin, StoreExt, Timestamp,
    TokenHash, User,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use super::{SecondFactorError, SecondFactorProof};
use crate::audit::Act;
use crate::passkey_proof::VerifiedPasskey;
use crate::readable::or_nobody;
use crate::session_tokens::{SessionDraft, UserClaims, hash_of};
use crate::sessions::open;
use crate::throttle::{Attempt, DEVICES_OF_A_USER, new_device};
use crate::{OpenedSession, Sessions};

/// The number of tries in one log-in.
const TRIES: u32 = 5;

impl Sessions {
    /// Opens the session of a log-in whose user shows the second factor. A device that is to be remembered needs none from now
    /// on.
    ///
    /// # Errors
    /// As [`SecondFactorError`] says.
    pub async fn verify_second_factor(
        &self,
        token: &str,
        proof: SecondFactorProof,
        remembers_device: bool,
        origin: &AuditOrigin,
        device_token: Option<&str>,
        locale: Locale,
    ) -> Result<OpenedSession, SecondFactorError> {
        let act = Act::new(AuditAction::VerifySecondFactor, origin);
        let act = act.with_details(serde_json::json!({ "method": proof.name() }));
        let started = self.start_verification(token, &origin.client, device_token).await;
        let (pending, attempt) = self.audit.record(&act, started, self.clock.now()).await?;
        let act = act.about_user(pending.user);
        let attempt = attempt.map(|attempt| attempt.trusting_device(remembers_device));
        let result = match self.verify_passkey_proof(&pending, &proof, locale).await {
            Ok(shown) => self.verify_in(pending, (proof, shown), remembers_device, &act, attempt.clone()).await,
            Err(error) => Err(error),
        };
        self.settle(attempt, result, &act).await
    }

    /// The log-in, of which a try is counted, and the attempt at the account.
    async fn start_verification(
        &self,
        token: &str,
        origin: &SessionOrigin,
        device_token: Option<&str>,
    ) -> Result<(PendingLogIn, Option<Attempt>), SecondFactorError> {
        let token = OpaqueToken::parse(TokenKind::SecondFactor, token);
        let hash = token.map(|token| hash_of(&token)).map_err(|_| SecondFactorError::InvalidToken(None))?;
        let (client, throttle, now) = (self.client(origin, device_token)?, self.throttle.clone(), self.clock.now());
        let started = self.store.write(move |r| {
            let (pending, user) = find(r, hash, now)?;
            let attempt = match (&throttle, client.clone()) {
                (Some(throttle), Some(client)) => {
                    let client = client.with_device(pending.device);
                    Some(throttle.start::<SecondFactorError>(r, (user.email.canonical(), Some(&user)), &client, now)?)
                }
                _ => None,
            };
            // A client that is told to come back later loses no try.
            if r.second_factors().count_try(hash, TRIES)? {
                Ok((pending, attempt))
            } else {
                Err(SecondFactorError::InvalidToken(Some(user.id)))
            }
        });
        started.await
    }

    /// The result of checking a passkey, if the proof is one.
    async fn verify_passkey_proof(
        &self,
        pending: &PendingLogIn,
        proof: &SecondFactorProof,
        locale: Locale,
    ) -> Result<Option<VerifiedPasskey>, SecondFactorError> {
        let SecondFactorProof::Passkey(passkey) = proof else { return Ok(None) };
        let shown = self.check_passkey(passkey, Some(pending.user), locale).await;
        Ok(Some(shown.map_err(|error| SecondFactorError::of_passkey(error, pending.user))?))
    }

    async fn verify_in(
        &self,
        pending: PendingLogIn,
        (proof, shown): (SecondFactorProof, Option<VerifiedPasskey>),
        remembers_device: bool,
        act: &Act,
        attempt: Option<Attempt>,
    ) -> Result<OpenedSession, SecondFactorError> {
        let (now, act, keys) = (self.clock.now(), act.clone(), self.totp_keys.clone());
        let needs_device = attempt.is_none() && remembers_device;
        let device = needs_device.then(|| OpaqueToken::generate(TokenKind::Device)).transpose()?;
        let new_device = device.as_ref().map(|token| NewDevice { skips_second_factor: true, ..new_device(token, now) });
        let draft = SessionDraft::new(&act, proof.amr(), now)?;
        let (opening, policy, succeeding) = (draft.clone(), self.tokens.policy, attempt.clone());
        let opened = self.store.write(move |r| {
            let (_, user) = find(r, pending.token_hash, now)?;
            if !proof.accept(r, &user, shown.as_ref(), &keys, now)? {
                return Err(SecondFactorError::of_proof(&proof, user.id));
            }
            if !r.second_factors().spend_pending_log_in(pending.token_hash)? {
                return Err(SecondFactorError::InvalidToken(Some(user.id)));
            }
            let recorded = r.users().record_log_in(user.id, pending.credentials_changed_at, now)?.invalidate(r);
            let user = recorded.ok_or(SecondFactorError::InvalidToken(Some(pending.user)))?;
            match (&succeeding, &new_device) {
                (Some(attempt), _) => attempt.succeed(r, &user, now)?,
                (None, Some(device)) => r.known_sources().add_device(&user, device, DEVICES_OF_A_USER)?,
                (None, None) => {}
            }
            let session = open(r, &user, &opening, &policy)?;
            r.audit_log().append(&act.success(now).by(user.id, Some(session.id)))?;
            Ok::<_, SecondFactorError>((session, UserClaims::from(&user)))
        });
        let (session, holder) = opened.await?;
        let opened = self.tokens.make(&session, holder, draft.into_refresh_token(), now)?;
        let device_token = attempt.and_then(Attempt::into_device_token).or(device);
        Ok(OpenedSession { device_token, ..opened })
    }
}

/// The log-in with this token and its user, who is locked and has a second factor to show.
fn find(r: &mut dyn Repositories, token: TokenHash, now: Timestamp) -> Result<(PendingLogIn, User), SecondFactorError> {
    let pending = r.second_factors().find_pending_log_in(token)?.ok_or(SecondFactorError::InvalidToken(None))?;
    let invalid = || SecondFactorError::InvalidToken(Some(pending.user));
    let user = or_nobody(r.users().find(pending.user))?.ok_or_else(invalid)?;
    let is_valid = now < pending.expires_at
        && user.is_active
        && user.factors.has_second_factor()
        && user.credentials_changed_at == pending.credentials_changed_at;
    if is_valid { Ok((pending, user)) } else { Err(invalid()) }
}
