use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    EmailAddress, Locale, MailId, MailKind, MailPurpose, MailToken, NewMail, Repositories, StoreError, Timestamp, User,
    UserId,
};
use ore_security::key_ring::{KeyRing, SealingKeys};
use ore_security::keyed_hash::KeyedHash;
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::{RandomnessError, random_bytes};
use ore_security::sealing::SealingError;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::session_tokens::hash_of;

/// How long a link to a new password is valid.
pub const RESET_LIFETIME: Duration = Duration::from_mins(30);
/// How long a link that verifies an address is valid.
pub const VERIFICATION_LIFETIME: Duration = Duration::from_hours(24);

/// How long an invitation is valid.
pub const INVITATION_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Writes mails into the outbox, in the transaction of what they tell of. Does nothing where no mail is configured.
#[derive(Clone)]
pub struct Mailer(Option<Arc<MailerKeys>>);

struct MailerKeys {
    sealing: SealingKeys,
    recipients: KeyedHash,
}

/// The content of a mail, all of which is sealed in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailContent {
    /// The recipient.
    pub to: String,
    /// The tag of the language.
    pub locale: String,
    /// The token in the link.
    pub token: Option<String>,
    /// The address that it speaks of, where that is not the one that it goes to.
    pub address: Option<String>,
}

/// A mail that is about to be written.
#[derive(Clone, Copy)]
pub(crate) struct Mail<'a> {
    pub(crate) kind: MailKind,
    /// The user whom it concerns. A mail that concerns nobody is never sent, and takes as long to write.
    pub(crate) user: Option<&'a User>,
    pub(crate) to: &'a EmailAddress,
    /// The language of the request; the user may have chosen another.
    pub(crate) locale: Locale,
    pub(crate) at: Timestamp,
}

impl Mailer {
    /// Nobody is written to.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Seals what is written with a key of this ring.
    pub fn new(ring: &KeyRing) -> Self {
        let (sealing, recipients) = (ring.sealing("ore outbox"), ring.keyed_hash("ore mail recipients"));
        Self(Some(Arc::new(MailerKeys { sealing, recipients })))
    }

    /// Whether mail is configured.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// The content of a mail.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`] when it was sealed with another key.
    pub fn open(&self, id: MailId, sealed: &[u8]) -> Result<MailContent, SealingError> {
        let keys = self.0.as_ref().ok_or(SealingError::WrongKey)?;
        let plain = keys.sealing.open(sealed, id.uuid().as_bytes())?;
        serde_json::from_slice(&plain).map_err(|_| SealingError::WrongKey)
    }

    /// Whether it is too soon for a mail of this kind to the user or to the address.
    pub(crate) fn is_too_soon(&self, r: &mut dyn Repositories, mail: &Mail<'_>) -> Result<bool, StoreError> {
        let Some(keys) = &self.0 else { return Ok(true) };
        let recipient = keys.recipients.of(mail.to.canonical().as_str());
        let user = mail.user.map(|user| user.id);
        r.outbox().has_just_written(mail.kind, user, &recipient, mail.at)
    }

    /// Writes a mail that tells something, perhaps of an address, unless it is too soon.
    pub(crate) fn notify(
        &self,
        r: &mut dyn Repositories,
        mail: &Mail<'_>,
        address: Option<&EmailAddress>,
    ) -> Result<(), StoreError> {
        if self.is_too_soon(r, mail)? { Ok(()) } else { self.enqueue(r, mail, None, address, true) }
    }

    /// Writes to a user that a refresh token was used again and its session was ended.
    pub(crate) fn send_reuse_notice(
        &self,
        r: &mut dyn Repositories,
        user: &User,
        locale: Locale,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mail = Mail { kind: MailKind::SessionReused, user: Some(user), to: &user.email, locale, at };
        self.notify(r, &mail, None)
    }

    /// Writes a mail with a token, which makes older ones for the same purpose void. When it is too soon, or there is nobody to
    /// write to, the same is done for nobody.
    pub(crate) fn send_token_in_time(
        &self,
        r: &mut dyn Repositories,
        mail: &Mail<'_>,
        purpose: MailPurpose,
        token: &OpaqueToken,
    ) -> Result<(), StoreError> {
        if !self.is_configured() {
            return Ok(());
        }
        let user = if self.is_too_soon(r, mail)? { None } else { mail.user };
        self.send_token(r, &Mail { user, ..*mail }, purpose, token, true)
    }

    /// Writes a mail with a token, or what takes its place.
    pub(crate) fn send_token(
        &self,
        r: &mut dyn Repositories,
        mail: &Mail<'_>,
        purpose: MailPurpose,
        token: &OpaqueToken,
        is_sent: bool,
    ) -> Result<(), StoreError> {
        let lifetime = match (mail.kind, &purpose) {
            (MailKind::Invitation, _) => INVITATION_LIFETIME,
            (_, MailPurpose::ResetPassword) => RESET_LIFETIME,
            (_, MailPurpose::VerifyEmail | MailPurpose::ChangeEmail(_)) => VERIFICATION_LIFETIME,
        };
        r.outbox().insert_token(&MailToken {
            hash: hash_of(token),
            user: mail.user.map(|user| user.id),
            purpose,
            created_at: mail.at,
            expires_at: mail.at + lifetime,
            credentials_changed_at: mail.user.and_then(|user| user.credentials_changed_at),
        })?;
        self.enqueue(r, mail, Some(token), None, is_sent)
    }

    /// Writes what takes the place of a mail, where as much work is to be done as elsewhere.
    pub(crate) fn write_unsent(&self, r: &mut dyn Repositories, mail: &Mail<'_>) -> Result<(), StoreError> {
        self.enqueue(r, &Mail { user: None, ..*mail }, None, None, false)
    }

    fn enqueue(
        &self,
        r: &mut dyn Repositories,
        mail: &Mail<'_>,
        token: Option<&OpaqueToken>,
        address: Option<&EmailAddress>,
        is_sent: bool,
    ) -> Result<(), StoreError> {
        let Some(keys) = &self.0 else { return Ok(()) };
        let locale = mail.user.and_then(|user| user.profile.locale).unwrap_or(mail.locale);
        let content = MailContent {
            to: mail.to.as_str().to_owned(),
            locale: locale.tag().to_owned(),
            token: token.map(|token| token.expose().to_owned()),
            address: address.map(|address| address.as_str().to_owned()),
        };
        let id = MailId::from_random_bytes(random_bytes().map_err(StoreError::other)?);
        let user: Option<UserId> = mail.user.map(|user| user.id);
        let is_sent = is_sent && user.is_some();
        r.outbox().enqueue(&NewMail {
            id,
            kind: mail.kind,
            user,
            recipient: keys.recipients.of(mail.to.canonical().as_str()),
            sealed: keys.seal(id, &content, is_sent)?,
            is_sent,
            created_at: mail.at,
        })
    }
}

impl MailerKeys {
    /// Nothing is kept of a mail that is not sent but its length: the rows of both are equally long.
    fn seal(&self, id: MailId, content: &MailContent, is_sent: bool) -> Result<Vec<u8>, StoreError> {
        let mut plain = Zeroizing::new(serde_json::to_vec(content).map_err(StoreError::other)?);
        if !is_sent {
            plain.fill(b' ');
        }
        self.sealing.seal(&plain, id.uuid().as_bytes()).map_err(StoreError::other)
    }
}

/// A token for a mail.
pub(crate) fn new_token() -> Result<OpaqueToken, RandomnessError> {
    OpaqueToken::generate(TokenKind::Mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_is_not_sent_is_as_long_and_says_nothing() {
        let mailer = Mailer::new(&KeyRing::new([7; 32], []));
        let content = MailContent {
            to: "ada@example.org".to_owned(),
            locale: Locale::En.tag().to_owned(),
            token: Some("token".to_owned()),
            address: None,
        };
        let (keys, id) = (mailer.0.as_ref().unwrap(), MailId::from_random_bytes([1; 16]));
        let [sent, unsent] = [true, false].map(|is_sent| keys.seal(id, &content, is_sent).unwrap());
        assert_eq!(sent.len(), unsent.len());
        assert_eq!(mailer.open(id, &sent).unwrap().to, content.to);
        assert!(mailer.open(id, &unsent).is_err());
    }
}
