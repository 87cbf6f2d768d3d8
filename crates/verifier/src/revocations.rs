use std::collections::HashMap;

use ore_security::token::{AccessClaims, SessionClaims};

use crate::feed::Feed;
use crate::{FeedError, MAXIMUM_SESSIONS, MAXIMUM_USERS, Reason};

/// The revocations that are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Revocations {
    /// When the last token of a session ends, in seconds since 1970.
    pub(crate) sessions: HashMap<String, u64>,
    /// When the first token of a user that counts again may have been made, in seconds since 1970.
    pub(crate) users: HashMap<i64, u64>,
    /// Where the feed goes on.
    pub(crate) next: Option<String>,
    /// When the issuer said last that this is all, in seconds since 1970.
    pub(crate) read_at: Option<u64>,
}

impl Revocations {
    /// Adds what the feed tells and forgets what no token can have any more. A feed that starts anew takes nothing back:
    /// what was revoked must not come back because the issuer's database is an older one.
    pub(crate) fn merged_with(&self, feed: Feed, longest_life: u64, now: u64) -> Result<Self, FeedError> {
        let mut merged = self.clone();
        for session in feed.revoked {
            let exp = merged.sessions.entry(session.sid).or_default();
            *exp = session.exp.max(*exp);
        }
        for user in feed.users {
            let not_before = merged.users.entry(user.uid).or_default();
            *not_before = user.not_before.max(*not_before);
        }
        merged.sessions.retain(|_, exp| *exp > now);
        merged.users.retain(|_, not_before| not_before.saturating_add(longest_life) > now);
        if merged.sessions.len() > MAXIMUM_SESSIONS || merged.users.len() > MAXIMUM_USERS {
            return Err(FeedError::TooMany);
        }
        merged.next = Some(feed.next.into_text());
        merged.read_at = Some(now);
        Ok(merged)
    }

    pub(crate) fn check(&self, claims: &AccessClaims<SessionClaims>) -> Result<(), Reason> {
        if self.sessions.contains_key(&claims.sid) {
            return Err(Reason::SessionRevoked);
        }
        let not_before = claims.uid.and_then(|uid| self.users.get(&uid));
        if not_before.is_some_and(|not_before| claims.iat < *not_before) { Err(Reason::UserRevoked) } else { Ok(()) }
    }
}
