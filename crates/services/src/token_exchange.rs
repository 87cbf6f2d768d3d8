use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ore_domain::{AuditAction, AuditOrigin, PermissionSet, StoreError, StoreExt, Timestamp, UserId};
use ore_security::token::{ActorClaim, SessionClaims, Subject};
use serde::Serialize;

use crate::audit::Act;
use crate::authentication::caller;
use crate::client_tokens::requested_scope;
use crate::readable::or_nobody;
use crate::{Authentication, Caller, Client, ClientTokens, ExchangeError, Introspection, IssuedToken};

/// Such a token has the session of its subject, and does not end with the API key of its client.
const LONGEST: Duration = Duration::from_mins(5);

/// The request of a client for a token in exchange for an access token (RFC 8693, section 2.1).
#[derive(Debug, Clone, Copy)]
pub struct ExchangeRequest<'a> {
    /// The access token.
    pub subject_token: &'a str,
    /// The audience of the new token.
    pub audience: Option<&'a str>,
    /// The scope of the new token; `None` for all permissions that both the token and the client have.
    pub scope: Option<&'a str>,
}

/// The claims of such a token beside the standard claims. It has no `gen`, like an impersonation, and the client is its
/// actor.
#[derive(Serialize)]
struct ExchangedClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    act: ActorChain,
    scope: String,
}

/// The actor, and the earlier actors (RFC 8693, section 4.1).
#[derive(Serialize)]
struct ActorChain {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<ActorClaim>,
}

/// The holder of a token that a client has exchanged.
pub(crate) enum Exchanged {
    /// The caller of a session that goes on.
    InSession(Box<Caller>),
    /// One that counts as long as an API key does.
    ForKey,
}

impl Authentication {
    /// Whose token was exchanged for this one; nobody's, where it is no such token or does not count.
    pub(crate) async fn find_exchanged(&self, token: &str) -> Result<Option<Exchanged>, StoreError> {
        let now = self.clock.now();
        let Ok(keys) = self.tokens.current() else { return Ok(None) };
        let Ok(claims) = keys.verify_exchanged::<SessionClaims>(token, now.into()) else { return Ok(None) };
        let Some(user) = claims.uid.map(UserId::new) else { return Ok(Some(Exchanged::ForKey)) };
        let Ok(id) = claims.sid.parse() else { return Ok(None) };
        let found = or_nobody(self.store.read(move |r| r.sessions().find_with_user(id)).await)?;
        let idle_since = now - self.idle;
        let found = found.filter(|(session, owner)| owner.id == user && session.is_live(owner, now, idle_since));
        Ok(found.map(|(session, owner)| {
            let impersonator = session.impersonation.map(|impersonation| impersonation.impersonator);
            Exchanged::InSession(Box::new(caller(&session, Arc::new(owner), impersonator)))
        }))
    }
}

impl ClientTokens {
    /// A token with which the client acts for whomever an access token of ours speaks for, at another service. It ends no later
    /// than that token and the API key of the client, and allows no more than both.
    ///
    /// # Errors
    /// As [`ExchangeError`] says.
    pub async fn exchange(
        &self,
        authentication: &Authentication,
        client: &Client,
        request: ExchangeRequest<'_>,
        origin: &AuditOrigin,
    ) -> Result<IssuedToken, ExchangeError> {
        let (now, origin) = (self.clock.now(), client.caller.act(origin.clone()));
        let act = Act::new(AuditAction::ExchangeToken, &origin);
        let subject = match authentication.introspect(request.subject_token).await {
            Ok(subject) => subject.ok_or(ExchangeError::InvalidSubject),
            Err(error) => Err(error.into()),
        };
        let subject = self.audit.record(&act, subject, now).await?;
        let act = match subject.claims.uid {
            Some(user) => act.about_user(UserId::new(user)),
            None => act,
        };
        let session = subject.claims.sid.clone();
        let issued = self.audit.record(&act, self.make_exchanged(client, subject, request, now), now).await?;
        let details = serde_json::json!({
            "audience": request.audience, "scope": issued.scope.to_string(), "session": session,
        });
        let act = act.with_details(details);
        self.store.write(move |r| act.succeed(r, now)).await?;
        Ok(issued)
    }

    fn make_exchanged(
        &self,
        client: &Client,
        Introspection { claims, scope: of_subject }: Introspection,
        ExchangeRequest { audience, scope, .. }: ExchangeRequest<'_>,
        now: Timestamp,
    ) -> Result<IssuedToken, ExchangeError> {
        let audience = audience.filter(|audience| self.exchange_audiences.iter().any(|it| it == audience));
        let audience = audience.ok_or(ExchangeError::InvalidTarget)?;
        let may: PermissionSet = of_subject.intersection(client.caller.permissions);
        let scope = scope.map_or(Some(may), |asked| requested_scope(asked, may)).ok_or(ExchangeError::InvalidScope)?;
        let subject_ends = Timestamp::from(UNIX_EPOCH + Duration::from_secs(claims.exp));
        let until_end = subject_ends.min(client.expires_at).signed_duration_since(now).to_std().unwrap_or_default();
        let expires_in = Duration::from_secs(self.lifetime.min(LONGEST).min(until_end).as_secs());
        if expires_in.is_zero() {
            return Err(ExchangeError::InvalidSubject);
        }
        let subject = Subject {
            sub: claims.sub,
            uid: claims.uid,
            sid: claims.sid,
            client_id: Some(client.id.clone()),
            audience: Some(audience.to_owned()),
        };
        let claims = ExchangedClaims {
            auth_time: claims.extra.auth_time,
            amr: claims.extra.amr,
            act: ActorChain { sub: client.id.clone(), act: claims.extra.act },
            scope: scope.to_string(),
        };
        let issuer = &self.keys.current()?.issuer;
        let access_token = issuer.create_access_token_with(subject, Some(expires_in), now.into(), claims)?;
        Ok(IssuedToken { access_token, expires_in, scope })
    }
}
