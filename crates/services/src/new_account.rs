use ore_domain::{EmailAddress, Password, Profile, RoleName};

/// An account that an administrator makes.
pub struct NewAccount {
    /// The address.
    pub email: EmailAddress,
    /// The password; without one, an invitation lets the user set it.
    pub password: Option<Password>,
    /// The name and the language.
    pub profile: Profile,
    /// The roles.
    pub roles: Vec<RoleName>,
    /// Whether somebody without a password is invited.
    pub sends_invitation: bool,
}

/// A mail that an administrator has sent to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountMail {
    /// Lets the user set the first password.
    Invitation,
    /// Lets the user set another.
    PasswordReset,
}
