use std::time::Duration;

use ore_domain::{
    AuditAction, AuditOrigin, ExchangedSession, Locale, Rotation, Session, StoreError, StoreExt, Timestamp,
    TokenExchange,
};

use crate::audit::{Act, AuditedError};
use crate::refresh_error::{parse, record_reuse};
use crate::session_tokens::{Holder, Successor, hash_of};
use crate::{OpenedSession, RefreshError, RefreshRefusal, Sessions};

/// The state of a token that is not simply the current one, as a transaction found it.
enum Found {
    /// The current token, once more.
    Again(Session, Holder, Vec<u8>),
    /// A new token: nobody used the current one, or what was presented is the current one after all.
    Replaced(Session, Holder),
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
        let successor = Successor::of(&presented)?;
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
            return Ok(self.tokens.make(&session, Holder { email, roles, factors }, successor.token, now)?);
        }
        match self.look_closer(exchange, locale, act).await? {
            Found::Again(session, holder, sealed) => {
                Ok(self.tokens.make(&session, holder, Successor::open(&presented, &sealed)?, now)?)
            }
            Found::Replaced(session, holder) => Ok(self.tokens.make(&session, holder, successor.token, now)?),
            Found::Refused(refusal) => Err(RefreshError::Invalid(refusal)),
        }
    }

    /// Writes into the audit log that a token gave nothing. For the caller, who knows whether the client may have so many
    /// entries. Of reuse, which no stranger can have recorded, the log tells already.
    pub async fn record_refused_token(&self, action: AuditAction, refusal: RefreshRefusal, origin: &AuditOrigin) {
        if !matches!(refusal, RefreshRefusal::Reused(..) | RefreshRefusal::Malformed) {
            self.auditing.refuse(&Act::new(action, origin), refusal.refusal(), self.clock.now()).await;
        }
    }

    /// Decides about a token that could not be exchanged. The end of a session whose token is used again lasts, although
    /// the token is refused.
    async fn look_closer(&self, exchange: TokenExchange, locale: Locale, act: Act) -> Result<Found, StoreError> {
        let (grace, mailing) = (self.tokens.policy.refresh_grace, self.mailing.clone());
        let found = self.store.write(move |r| {
            let now = exchange.at;
            let Some((session, user, generation)) = r.sessions().find_by_token(exchange.presented)? else {
                return Ok(Found::Refused(RefreshRefusal::Unknown));
            };
            if !session.is_valid(&user, now, exchange.idle_since) {
                return Ok(Found::Refused(RefreshRefusal::Ended(user.id)));
            }
            let holder = Holder::from(&user);
            let rotation = &session.rotation;
            if generation == rotation.generation {
                // What stood in the way when it was tried is gone, such as a change of the password that keeps the session.
                return Ok(match r.sessions().exchange(&exchange)?.invalidate(r) {
                    Some(ExchangedSession { session, .. }) => Found::Replaced(session, holder),
                    None => Found::Refused(RefreshRefusal::Ended(user.id)),
                });
            }
            if generation == rotation.predecessor {
                if let (true, Some(sealed)) = (is_within(grace, rotation, now), rotation.sealed_token.clone()) {
                    return Ok(Found::Again(session, holder, sealed));
                }
                if !rotation.is_used {
                    let rotation = rotation.reissue(now, exchange.sealed_successor.clone());
                    r.sessions().reissue(session.id, &rotation, exchange.successor)?.invalidate(r);
                    return Ok(Found::Replaced(Session { rotation, ..session }, holder));
                }
                // The user has just authenticated again in another call: this one came too late, and is no theft.
                if rotation.sealed_token.is_none() && is_within(grace, rotation, now) {
                    return Ok(Found::Refused(RefreshRefusal::Ended(user.id)));
                }
            }
            r.sessions().end(session.id, now)?.invalidate(r);
            mailing.tell_of_reuse(r, &user, locale, now)?;
            record_reuse(r, &act, user.id, session.id, now).map(Found::Refused)
        });
        found.await
    }
}

/// A clock that was put back since the exchange says nothing against it.
fn is_within(grace: Duration, rotation: &Rotation, now: Timestamp) -> bool {
    now <= rotation.rotated_at + grace
}
