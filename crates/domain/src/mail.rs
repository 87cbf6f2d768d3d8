use std::fmt;
use std::str::FromStr;

use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::{Builder, Uuid};

use crate::{EmailAddress, Timestamp, TokenHash, UserId};

/// The key of a mail, from which its `Message-ID` is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailId(Uuid);

impl MailId {
    /// A UUID of version 4 (RFC 9562, 5.4) of these random bytes.
    pub const fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for MailId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(formatter)
    }
}

/// The kind of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MailKind {
    /// Asks the user of an account to show that the address is theirs.
    VerifyEmail,
    /// Lets somebody set the first password of an account that was made for them.
    Invitation,
    /// Lets somebody set a password who has forgotten it.
    ResetPassword,
    /// Asks at a new address whether it is the user's.
    ConfirmAddressChange,
    /// Tells at the present address that a change was asked for.
    AddressChangeRequested,
    /// Tells at the address from before that the account has another.
    AddressChanged,
    /// Tells the owner of an address that somebody wanted an account with it.
    AddressTaken,
    /// Tells that the password is another.
    PasswordChanged,
    /// Tells that the account has one more second factor.
    SecondFactorAdded,
    /// Tells that a second factor was taken from the account.
    SecondFactorRemoved,
    /// Tells that an administrator has taken the second factors from the account.
    SecondFactorsReset,
    /// Tells that a refresh token was used again and its session was ended.
    SessionReused,
    /// Tells that a passkey was shown whose counter did not rise.
    PasskeyCloned,
}

impl MailKind {
    /// The name in the store, in logs and among templates.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A mail about to be stored.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// The key.
    pub id: MailId,
    /// The kind.
    pub kind: MailKind,
    /// The user whom it concerns; `None` for a placeholder that is never sent.
    pub user: Option<UserId>,
    /// The address under a name that only we can match with it.
    pub recipient: String,
    /// The content, which only we can read.
    pub sealed: Vec<u8>,
    /// Whether it is to be sent. One that is not takes as much room, so that nobody can tell by the time it takes.
    pub is_sent: bool,
    /// When it is written.
    pub created_at: Timestamp,
}

/// A mail that somebody is to send now.
#[derive(Debug, Clone)]
pub struct DueMail {
    /// The key.
    pub id: MailId,
    /// The kind.
    pub kind: MailKind,
    /// The user whom it concerns.
    pub user: Option<UserId>,
    /// Whether the user was not disabled meanwhile.
    pub is_user_active: bool,
    /// The content.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried, with this time.
    pub attempts: u32,
}

/// The state of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MailState {
    /// It is to be sent.
    Pending,
    /// A server took it.
    Sent,
    /// It is not tried any more.
    Dead,
    /// It only takes the place of a mail, and is never sent.
    Unsent,
}

impl MailState {
    /// The name in the store and in listings.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A mail as operators see it.
#[derive(Debug, Clone)]
pub struct ListedMail {
    /// The key.
    pub id: MailId,
    /// The kind.
    pub kind: String,
    /// The user whom it concerns.
    pub user: Option<UserId>,
    /// The state.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub next_attempt_at: Timestamp,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// The purpose of a token in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailPurpose {
    /// Setting a new password.
    ResetPassword,
    /// Proving that the address of the account belongs to the user.
    VerifyEmail,
    /// Changing the address of the account to this one.
    ChangeEmail(EmailAddress),
}

/// A token that was sent by mail, which is valid once.
#[derive(Debug, Clone)]
pub struct MailToken {
    /// Its hash.
    pub hash: TokenHash,
    /// The user; `None` if no mail was sent.
    pub user: Option<UserId>,
    /// The purpose.
    pub purpose: MailPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to count.
    pub expires_at: Timestamp,
    /// When the credentials of the user had last changed when it was made; a change since makes it void.
    pub credentials_changed_at: Option<Timestamp>,
}
