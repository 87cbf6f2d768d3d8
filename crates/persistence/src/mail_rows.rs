use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ore_domain::{
    CanonicalEmail, DueMail, EmailAddress, ListedMail, MailPurpose, MailState, MailToken, NewMail, StoreError,
    TokenHash, UserId,
};

use crate::schema::{mail_tokens, outbox};
use crate::stored_timestamp::StoredTimestamp;

/// A row of `outbox` as it is read.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = outbox)]
pub(crate) struct MailRow {
    id: String,
    kind: String,
    user_id: Option<i64>,
    sealed: Option<Vec<u8>>,
    created_at: NaiveDateTime,
    state: String,
    attempts: i64,
    next_attempt_at: NaiveDateTime,
    last_error: Option<String>,
}

impl MailRow {
    pub(crate) fn into_listed(self) -> Result<ListedMail, StoreError> {
        Ok(ListedMail {
            id: self.id.parse().map_err(StoreError::other)?,
            kind: self.kind,
            user: self.user_id.map(UserId::new),
            state: self.state,
            attempts: attempts(self.attempts),
            created_at: self.created_at.and_utc(),
            next_attempt_at: self.next_attempt_at.and_utc(),
            last_error: self.last_error,
        })
    }
}

/// A mail under lease, and whether its user may get it.
#[derive(QueryableByName)]
pub(crate) struct DueMailRow {
    #[diesel(embed)]
    mail: MailRow,
    #[diesel(sql_type = Bool)]
    is_user_active: bool,
}

impl DueMailRow {
    pub(crate) fn into_due(self) -> Result<DueMail, StoreError> {
        let Self { mail, is_user_active } = self;
        Ok(DueMail {
            id: mail.id.parse().map_err(StoreError::other)?,
            kind: mail.kind.parse().map_err(|_| StoreError::other(format!("{:?} is no kind of mail", mail.kind)))?,
            user: mail.user_id.map(UserId::new),
            is_user_active,
            sealed: mail.sealed.unwrap_or_default(),
            created_at: mail.created_at.and_utc(),
            attempts: attempts(mail.attempts),
        })
    }
}

fn attempts(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

/// A row of `outbox` as it is written.
#[derive(Insertable)]
#[diesel(table_name = outbox)]
pub(crate) struct NewMailRow<'a> {
    id: String,
    kind: &'static str,
    user_id: Option<i64>,
    recipient: &'a str,
    sealed: &'a [u8],
    created_at: StoredTimestamp,
    state: &'static str,
    next_attempt_at: StoredTimestamp,
}

impl<'a> From<&'a NewMail> for NewMailRow<'a> {
    fn from(mail: &'a NewMail) -> Self {
        let state = if mail.is_sent { MailState::Pending } else { MailState::Unsent };
        Self {
            id: mail.id.to_string(),
            kind: mail.kind.name(),
            user_id: mail.user.map(UserId::get),
            recipient: &mail.recipient,
            sealed: &mail.sealed,
            created_at: mail.created_at.into(),
            state: state.name(),
            next_attempt_at: mail.created_at.into(),
        }
    }
}

/// A row of `mail_tokens` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = mail_tokens)]
pub(crate) struct MailTokenRow {
    token_hash: Vec<u8>,
    user_id: Option<i64>,
    purpose: String,
    email: Option<String>,
    email_canonical: Option<String>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    credentials_changed_at: Option<NaiveDateTime>,
}

impl MailTokenRow {
    pub(crate) fn into_token(self) -> Result<MailToken, StoreError> {
        let hash = self.token_hash.try_into().map_err(|_| StoreError::other("the hash of a token has not 32 bytes"))?;
        let purpose = match (self.purpose.as_str(), self.email, self.email_canonical) {
            (RESET_PASSWORD, ..) => MailPurpose::ResetPassword,
            (VERIFY_EMAIL, ..) => MailPurpose::VerifyEmail,
            (CHANGE_EMAIL, Some(email), Some(canonical)) => {
                MailPurpose::ChangeEmail(EmailAddress::from_stored(email, CanonicalEmail::from_stored(canonical)))
            }
            _ => return Err(StoreError::other("a token of a mail has an unknown purpose")),
        };
        Ok(MailToken {
            hash: TokenHash(hash),
            user: self.user_id.map(UserId::new),
            purpose,
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            credentials_changed_at: self.credentials_changed_at.map(|time| time.and_utc()),
        })
    }
}

/// A row of `mail_tokens` as it is written.
#[derive(Insertable)]
#[diesel(table_name = mail_tokens)]
pub(crate) struct NewMailTokenRow<'a> {
    token_hash: &'a [u8],
    user_id: Option<i64>,
    purpose: &'static str,
    email: Option<&'a str>,
    email_canonical: Option<&'a str>,
    created_at: StoredTimestamp,
    expires_at: StoredTimestamp,
    credentials_changed_at: Option<StoredTimestamp>,
}

impl<'a> From<&'a MailToken> for NewMailTokenRow<'a> {
    fn from(token: &'a MailToken) -> Self {
        let new_address = match &token.purpose {
            MailPurpose::ChangeEmail(email) => Some(email),
            MailPurpose::ResetPassword | MailPurpose::VerifyEmail => None,
        };
        Self {
            token_hash: &token.hash.0,
            user_id: token.user.map(UserId::get),
            purpose: purpose_name(&token.purpose),
            email: new_address.map(EmailAddress::as_str),
            email_canonical: new_address.map(|email| email.canonical().as_str()),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            credentials_changed_at: token.credentials_changed_at.map(StoredTimestamp::from),
        }
    }
}

const RESET_PASSWORD: &str = "reset_password";
const VERIFY_EMAIL: &str = "verify_email";
const CHANGE_EMAIL: &str = "change_email";

pub(crate) const fn purpose_name(purpose: &MailPurpose) -> &'static str {
    match purpose {
        MailPurpose::ResetPassword => RESET_PASSWORD,
        MailPurpose::VerifyEmail => VERIFY_EMAIL,
        MailPurpose::ChangeEmail(_) => CHANGE_EMAIL,
    }
}
