/// The second factors that a user has beside the password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// A device that makes codes which depend on the time (RFC 6238).
    pub totp: bool,
    /// A passkey.
    pub passkey: bool,
}

impl Factors {
    /// Whether there is any.
    pub const fn has_second_factor(self) -> bool {
        self.totp || self.passkey
    }
}
