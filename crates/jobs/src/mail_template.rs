use strum::{IntoStaticStr, VariantArray};

/// The template of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MailTemplate {
    /// A link that proves the address of an account.
    VerifyEmail,
    /// A link that sets a new password.
    ResetPassword,
    /// A link to a new address, which makes it the address of the account.
    ConfirmAddressChange,
    /// A notice to the old address that a change was requested.
    AddressChangeRequested,
    /// A notice to the old address that the account has a new address.
    AddressChanged,
    /// A notice to the owner of an address that somebody tried to use it for another account.
    AddressTaken,
    /// The password was changed.
    PasswordChanged,
    /// A second factor was added.
    SecondFactorAdded,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// An administrator has removed the second factors.
    SecondFactorsReset,
    /// A refresh token was used twice, and its session was ended.
    SessionReused,
    /// A passkey was shown whose counter did not rise.
    PasskeyCloned,
    /// A link that sets the first password of an account that was made for somebody.
    Invitation,
    /// Shows an operator that mails arrive.
    Test,
}

/// One of the values of a mail, by the name of its field and of its place in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum TemplateValue {
    Link,
    Token,
    ValidFor,
    Address,
    /// Empty in the template when it is unknown.
    Device,
}

impl TemplateValue {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

impl MailTemplate {
    /// Every template.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name, as files and listings have it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The values that the template has places for. A mail must have each of them but the device.
    pub(crate) const fn values(self) -> &'static [TemplateValue] {
        use TemplateValue::{Address, Device, Link, Token, ValidFor};
        match self {
            Self::VerifyEmail | Self::ResetPassword | Self::Invitation => &[Link, Token, ValidFor],
            Self::ConfirmAddressChange => &[Link, Token, ValidFor, Address],
            Self::AddressChangeRequested | Self::AddressChanged => &[Address],
            Self::PasswordChanged | Self::SessionReused => &[Device],
            Self::AddressTaken
            | Self::SecondFactorAdded
            | Self::SecondFactorRemoved
            | Self::SecondFactorsReset
            | Self::PasskeyCloned
            | Self::Test => &[],
        }
    }
}
