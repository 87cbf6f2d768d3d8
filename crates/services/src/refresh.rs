use std::time::Duration;

use ore_domain::{
    AuditAction, AuditOrigin, ExchangedSession, Locale, Rotation, Session, StoreError, StoreExt, Timestamp,
    TokenExchange,
};

use crate::audit::{Act, AuditedError};
use crate::refresh_error::{parse, record_reuse};
use crate::session_tokens::{SuccessorToken, UserClaims, hash_of};
use crate::{OpenedSession, RefreshError, RefreshRefusal, Sessions};

/// The state of a token that is not simply the current one, as a transaction found it.
enum RefreshOutcome {
    /// The current token, once more.
    Repeated(Session, UserClaims, Vec<u8>),
    /// A new token: nobody used the current one, or what was presented is the current one after all.
    Replaced(Session, UserClaims),
    Refused(RefreshRefusal),
}

impl Sessions {
    /// The next tokens of the session whose refresh token this is.
    ///
    /// # Errors
    /// As [`RefreshError`] says.
    pub async fn refresh(
        &self,
        refresh_token: &str,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<OpenedSession, RefreshError> {
        let (act, now) = (Act::new(AuditAction::Refresh, origin), self.clock.now());
        let presented = parse(refresh_token)?;
        let successor = SuccessorToken::of(&presented)?;
        let exchange = TokenExchange {
            presented: hash_of(&presented),
            successor: hash_of(&successor.token),
            sealed_successor: successor.sealed.clone(),
            at: now,
            idle_since: now - self.tokens.policy.idle,
        };
        let exchanging = exchange.clone();
        let exchanged =
            self.store.write_once(move |r| Ok::<_, StoreError>(r.sessions().exchange(&exchanging)?.invalidate(r)));
        if let Some(ExchangedSession { session, email, roles, factors }) = exchanged.await? {
            return Ok(self.tokens.make(&session, UserClaims { email, roles, factors }, successor.token, now)?);
        }
        match self.find_outcome(exchange, locale, act).await? {
            RefreshOutcome::Repeated(session, user_claims, sealed) => {
                Ok(self.tokens.make(&session, user_claims, SuccessorToken::open(&presented, &sealed)?, now)?)
            }
            RefreshOutcome::Replaced(session, user_claims) => {
                Ok(self.tokens.make(&session, user_claims, successor.token, now)?)
            }
            RefreshOutcome::Refused(refusal) => Err(RefreshError::Invalid(refusal)),
        }
    }

    /// Writes into the audit log that a token gave nothing. For the caller, who knows whether the client may have so many
    /// entries. Of reuse, which no stranger can have recorded, the log tells already.
    pub async fn record_refused_token(&self, action: AuditAction, refusal: RefreshRefusal, origin: &AuditOrigin) {
        if !matches!(refusal, RefreshRefusal::Reused(..) | RefreshRefusal::Malformed) {
            self.audit.record_refusal(&Act::new(action, origin), refusal.refusal(), self.clock.now()).await;
        }
    }

    /// Decides about a token that could not be exchanged. The end of a session whose token is used again lasts, although
    /// the token is refused.
    async fn find_outcome(
        &self,
        exchange: TokenExchange,
        locale: Locale,
        act: Act,
    ) -> Result<RefreshOutcome, StoreError> {
        let (grace, mailer) = (self.tokens.policy.refresh_grace, self.mailer.clone());
        let found = self.store.write(move |r| {
            let now = exchange.at;
            let Some((session, user, generation)) = r.sessions().find_by_token(exchange.presented)? else {
                return Ok(RefreshOutcome::Refused(RefreshRefusal::Unknown));
            };
            if !session.is_valid(&user, now, exchange.idle_since) {
                return Ok(RefreshOutcome::Refused(RefreshRefusal::Ended(user.id)));
            }
            let user_claims = UserClaims::from(&user);
            let rotation = &session.rotation;
            if generation == rotation.generation {
                // What stood in the way when it was tried is gone, such as a change of the password that keeps the session.
                return Ok(match r.sessions().exchange(&exchange)?.invalidate(r) {
                    Some(ExchangedSession { session, .. }) => RefreshOutcome::Replaced(session, user_claims),
                    None => RefreshOutcome::Refused(RefreshRefusal::Ended(user.id)),
                });
            }
            if generation == rotation.predecessor {
                if let (true, Some(sealed)) = (is_within(grace, rotation, now), rotation.sealed_token.clone()) {
                    return Ok(RefreshOutcome::Repeated(session, user_claims, sealed));
                }
                if !rotation.is_used {
                    let rotation = rotation.reissue(now, exchange.sealed_successor.clone());
                    r.sessions().reissue(session.id, &rotation, exchange.successor)?.invalidate(r);
                    return Ok(RefreshOutcome::Replaced(Session { rotation, ..session }, user_claims));
                }
                // The user has just authenticated again in another call: this one came too late, and is no theft.
                if rotation.sealed_token.is_none() && is_within(grace, rotation, now) {
                    return Ok(RefreshOutcome::Refused(RefreshRefusal::Ended(user.id)));
                }
            }
            r.sessions().end(session.id, now)?.invalidate(r);
            mailer.send_reuse_notice(r, &user, locale, now)?;
            record_reuse(r, &act, user.id, session.id, now).map(RefreshOutcome::Refused)
        });
        found.await
    }
}

/// A clock that was put back since the exchange says nothing against it.
fn is_within(grace: Duration, rotation: &Rotation, now: Timestamp) -> bool {
    now <= rotation.rotated_at + grace
}
