use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ore_security::random::random_bytes;
use ore_security::token::{
    ActorClaim, DEFAULT_LIFETIME, IssuerSettings, SessionClaims, SigningKey, Subject, TokenIssuer,
};

use crate::shared::{AUDIENCE, ISSUER, Issued, Shared};

/// An access token before it is signed.
#[derive(Clone)]
#[must_use]
pub struct TestToken {
    issuer: Arc<Shared>,
    settings: IssuerSettings,
    subject: Subject,
    session: SessionClaims,
    lifetime: Duration,
}

impl TestToken {
    pub(crate) fn new(issuer: Arc<Shared>, uid: Option<i64>, sub: String, client_id: String) -> Self {
        let number = u64::from_be_bytes(random_bytes().expect("there is randomness"));
        let sid = format!("session-{number:016x}");
        let session = SessionClaims {
            auth_time: uid.map(|_| issuer.clock.unix_seconds()),
            amr: uid.map(|_| "pwd".to_owned()).into_iter().collect(),
            ..SessionClaims::default()
        };
        let settings = IssuerSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), client_id };
        let subject = Subject { sub, uid, sid, client_id: None, audience: None };
        Self { issuer, settings, subject, session, lifetime: DEFAULT_LIFETIME }
    }

    /// The permissions of the bearer.
    pub fn permissions<P: Into<String>>(mut self, permissions: impl IntoIterator<Item = P>) -> Self {
        let permissions: Vec<String> = permissions.into_iter().map(Into::into).collect();
        self.session.scope = permissions.join(" ");
        self
    }

    /// The user's roles.
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.session.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// The session; a new one unless it is named.
    pub fn session(mut self, sid: &str) -> Self {
        sid.clone_into(&mut self.subject.sid);
        self
    }

    /// How long ago the user has authenticated.
    pub fn authenticated_ago(mut self, age: Duration) -> Self {
        self.session.auth_time = Some(self.issuer.clock.unix_seconds().saturating_sub(age.as_secs()));
        self
    }

    /// The person who acts in place of the user.
    pub fn acted_for_by(mut self, sub: &str) -> Self {
        self.session.act = Some(ActorClaim { sub: sub.to_owned() });
        self
    }

    /// How long the token lives; 15 minutes unless set.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// A valid token.
    pub fn token(&self) -> String {
        self.signed_at(self.issuer.signing_key(), self.issuer.clock.now())
    }

    /// A token that has just expired.
    pub fn expired(&self) -> String {
        self.signed_at(self.issuer.signing_key(), self.issuer.clock.now() - self.lifetime)
    }

    /// A token of a session that has ended, which the feed tells.
    pub fn revoked(&self) -> String {
        let token = self.token();
        self.issuer.state().revoke_session(&self.subject.sid, 0);
        token
    }

    /// A token for another service.
    pub fn for_another_audience(&self) -> String {
        let mut other = self.clone();
        "another-service".clone_into(&mut other.settings.audience);
        other.token()
    }

    /// A token that names another issuer.
    pub fn from_another_issuer(&self) -> String {
        let mut other = self.clone();
        "https://accounts.elsewhere.test".clone_into(&mut other.settings.issuer);
        other.token()
    }

    /// A token that names the issuer's key and has a signature of another one.
    pub fn signed_with_a_wrong_key(&self) -> String {
        let forged = self.signed_with_an_unknown_key();
        let (token, signature) = (self.token(), forged.rsplit_once('.').expect("a token has three segments").1);
        let (signed, _) = token.rsplit_once('.').expect("a token has three segments");
        format!("{signed}.{signature}")
    }

    /// A token of a key that is not in the key set.
    pub fn signed_with_an_unknown_key(&self) -> String {
        self.signed_at(self.issuer.foreign_signing_key(), self.issuer.clock.now())
    }

    /// A token whose claims were changed after it was signed.
    pub fn tampered(&self) -> String {
        let token = self.token();
        let claims = token.find('.').expect("a token has three segments") + 1;
        let changed = if token[claims..].starts_with('A') { "B" } else { "A" };
        format!("{}{changed}{}", &token[..claims], &token[claims + 1..])
    }

    fn signed_at(&self, key: SigningKey, iat: SystemTime) -> String {
        let issuer = TokenIssuer::new(self.settings.clone(), key);
        let token =
            issuer.create_access_token_with(self.subject.clone(), Some(self.lifetime), iat, self.session.clone());
        let iat = iat.duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_secs();
        self.issuer.state().issued.push(Issued {
            uid: self.subject.uid,
            sid: self.subject.sid.clone(),
            iat,
            exp: iat + self.lifetime.as_secs(),
        });
        token.expect("a token can be made").into_string()
    }
}
