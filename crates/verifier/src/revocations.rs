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
    /// The position for the next read.
    pub(crate) next: Option<String>,
    /// When the issuer said last that this is all, in seconds since 1970.
    pub(crate) read_at: Option<u64>,
}

/// How many revocations are kept at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    pub(crate) sessions: usize,
    pub(crate) users: usize,
}

impl Caps {
    pub(crate) const MAXIMUM: Self = Self { sessions: MAXIMUM_SESSIONS, users: MAXIMUM_USERS };
}

impl Revocations {
    /// Adds what the feed tells and forgets what no token can have any more. A feed that starts anew takes nothing back:
    /// what was revoked must not come back because the issuer's database is an older one.
    pub(crate) fn merged_with(&self, feed: Feed, longest_life: u64, caps: Caps, now: u64) -> Result<Self, FeedError> {
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
        if merged.sessions.len() > caps.sessions || merged.users.len() > caps.users {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{Cursor, RevokedUser};

    const CAPS: Caps = Caps { sessions: 0, users: 2 };

    fn users_feed(users: &[(i64, u64)]) -> Feed {
        let users = users.iter().map(|&(uid, not_before)| RevokedUser { uid, not_before }).collect();
        Feed { revoked: Vec::new(), users, next: Cursor::Number(1), poll_after_seconds: None }
    }

    #[test]
    fn no_more_users_are_kept_than_may_be_until_those_before_are_forgotten() {
        let merge = |known: &Revocations, users: &[_], now| known.merged_with(users_feed(users), 60, CAPS, now);
        let known = merge(&Revocations::default(), &[(1, 100), (2, 130), (2, 120)], 100).unwrap();
        assert_eq!(merge(&known, &[(3, 140)], 140).err(), Some(FeedError::TooMany));
        // A user who is known already takes no more room.
        assert_eq!(merge(&known, &[(1, 140)], 140).unwrap().users, HashMap::from([(1, 140), (2, 130)]));
        assert_eq!(merge(&known, &[(3, 160)], 160).unwrap().users, HashMap::from([(2, 130), (3, 160)]));
    }
}
