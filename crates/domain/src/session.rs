use std::fmt;

use crate::uuid_key::uuid_key;
use crate::{Amr, Factors, Timestamp, User, UserId, UserRoles};

uuid_key! {
    /// The key of a session: the claim `sid` of its access tokens.
    SessionId
}

/// The SHA-256 of a token that only its holder has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(..)")
    }
}

/// The device and network of a session, for the user to recognise it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionOrigin {
    /// A label for the device, from the user agent.
    pub device: String,
    /// The network: an IPv4 /24 or an IPv6 /48.
    pub address: String,
}

/// The person who acts in a session in place of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impersonation {
    /// The user who acts.
    pub impersonator: UserId,
    /// The session of theirs that this one ends with.
    pub session: SessionId,
}

/// A log-in that lasts, and its refresh tokens, of which each has a number: its generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The key.
    pub id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// The device and network that opened it.
    pub origin: SessionOrigin,
    /// How the user authenticated.
    pub amr: Amr,
    /// When the user authenticated; 1970 of an impersonation, so that nobody takes it for fresh.
    pub authenticated_at: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to a minute.
    pub last_used_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
    /// When the credentials of the user had last changed when the session was opened, or when a change let it live.
    pub credentials_changed_at: Option<Timestamp>,
    /// Which of its refresh tokens is the current one. Nobody has one of an impersonation.
    pub rotation: Rotation,
    /// The impersonation, if somebody other than the user acts in the session.
    pub impersonation: Option<Impersonation>,
}

/// The state of the refresh tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The generation of the current refresh token, and of the access tokens that were made with it.
    pub generation: i64,
    /// The generation of the token that was exchanged for the current one; below 0 for the first.
    pub predecessor: i64,
    /// When the current token was made.
    pub rotated_at: Timestamp,
    /// Whether the current token, or an access token that was made with it, has been accepted.
    pub is_used: bool,
    /// Generations that were replaced before anybody used them; their access tokens are void.
    pub void: Vec<i64>,
    /// The current token, sealed under a key that the predecessor gives.
    pub sealed_token: Option<Vec<u8>>,
}

/// How many void generations are kept apart. Before the oldest of more, every access token is void.
const MAX_VOID: usize = 16;

impl Rotation {
    /// Of a session that begins. Nothing precedes its first token, so nothing can depend on whether that was used.
    pub const fn first(at: Timestamp) -> Self {
        Self { generation: 0, predecessor: -1, rotated_at: at, is_used: true, void: Vec::new(), sealed_token: None }
    }

    /// Whether an access token of this generation is valid.
    pub fn accepts(&self, generation: i64) -> bool {
        let is_after_cut = self.void.len() < MAX_VOID || self.void.first().is_none_or(|first| generation > *first);
        generation <= self.generation && is_after_cut && !self.void.contains(&generation)
    }

    /// The next state when the predecessor is presented again because its answer was lost.
    #[must_use]
    pub fn reissue(&self, at: Timestamp, sealed_token: Vec<u8>) -> Self {
        let mut void = self.void.clone();
        void.push(self.generation);
        void.drain(..void.len().saturating_sub(MAX_VOID));
        Self {
            generation: self.generation + 1,
            predecessor: self.predecessor,
            rotated_at: at,
            is_used: false,
            void,
            sealed_token: Some(sealed_token),
        }
    }
}

impl Rotation {
    /// What follows when the user has authenticated again: the present token is the predecessor of the next, which it opens in its
    /// sealed form, where there is one.
    #[must_use]
    pub fn next(&self, at: Timestamp, sealed_token: Option<Vec<u8>>) -> Self {
        Self {
            generation: self.generation + 1,
            predecessor: self.generation,
            rotated_at: at,
            is_used: false,
            void: self.void.clone(),
            sealed_token,
        }
    }
}

impl Session {
    /// Whether its user is at work in it: neither it nor what it was opened with has ended, it was used since
    /// `idle_since`, and it is no impersonation.
    pub fn is_valid(&self, user: &User, now: Timestamp, idle_since: Timestamp) -> bool {
        self.impersonation.is_none() && self.is_live(user, now, idle_since)
    }

    /// As [`Session::is_valid`], of an impersonation too: whether what that stands on is still there, is not looked at.
    pub fn is_live(&self, user: &User, now: Timestamp, idle_since: Timestamp) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && self.last_used_at >= idle_since
            && user.is_active
            && user.credentials_changed_at == self.credentials_changed_at
    }
}

/// A session about to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The session, with the first rotation.
    pub session: Session,
    /// The hash of its first refresh token.
    pub token_hash: TokenHash,
}

/// A session whose refresh token was exchanged, and what its tokens say of its user.
#[derive(Debug)]
pub struct ExchangedSession {
    /// The session as it is now.
    pub session: Session,
    /// The address as the user wrote it.
    pub email: String,
    /// The roles of the user.
    pub roles: UserRoles,
    /// The second factors of the user.
    pub factors: Factors,
}

/// One exchange of a refresh token.
#[derive(Debug, Clone)]
pub struct TokenExchange {
    /// The presented token.
    pub presented: TokenHash,
    /// The next token.
    pub successor: TokenHash,
    /// The successor, sealed under a key that the presented token gives.
    pub sealed_successor: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// Sessions that were last used before have ended.
    pub idle_since: Timestamp,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn rotation(generation: i64, void: Vec<i64>) -> Rotation {
        Rotation { generation, void, ..Rotation::first(DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn access_tokens_count_unless_they_are_void_or_of_the_future() {
        let rotation = rotation(5, vec![2, 4]);
        let accepted: Vec<i64> = (0..=7).filter(|generation| rotation.accepts(*generation)).collect();
        assert_eq!(accepted, [0, 1, 3, 5]);
    }

    #[test]
    fn a_void_generation_never_counts_again() {
        let mut rotation = rotation(1, vec![]);
        for _ in 0..100 {
            rotation = rotation.reissue(DateTime::UNIX_EPOCH, Vec::new());
            assert!((1..rotation.generation).all(|generation| !rotation.accepts(generation)), "{rotation:?}");
            assert!(rotation.accepts(rotation.generation));
        }
        assert_eq!(rotation.void.len(), MAX_VOID);
    }
}
