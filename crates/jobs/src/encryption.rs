//! How a connection is secured before anything secret passes it.

use ore_settings::{SmtpSettings, SmtpTls};

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// With STARTTLS (RFC 3207), where the server offers it.
    IfOffered,
    /// With STARTTLS, or the connection ends before anything secret is sent. An offer that somebody between takes away
    /// changes nothing.
    Required,
    /// At once.
    FromStart,
}

impl Encryption {
    /// Credentials never cross a network in clear.
    pub(crate) fn of(settings: &SmtpSettings) -> Self {
        let are_credentials_exposed = settings.credentials.is_some() && !settings.is_on_this_machine();
        match settings.tls {
            SmtpTls::FromStart => Self::FromStart,
            SmtpTls::Offered if !are_credentials_exposed => Self::IfOffered,
            SmtpTls::Offered | SmtpTls::Required => Self::Required,
        }
    }
}

#[cfg(test)]
mod tests {
    use ore_settings::SmtpCredentials;
    use rstest::rstest;
    use secrecy::SecretString;

    use super::*;

    #[rstest]
    #[case::relay(SmtpTls::Offered, "mail.example", false, Encryption::IfOffered)]
    #[case::credentials(SmtpTls::Offered, "mail.example", true, Encryption::Required)]
    #[case::credentials_by_address(SmtpTls::Offered, "192.0.2.7", true, Encryption::Required)]
    #[case::name_like_this_machine(SmtpTls::Offered, "localhost.example", true, Encryption::Required)]
    #[case::credentials_on_this_machine(SmtpTls::Offered, "localhost", true, Encryption::IfOffered)]
    #[case::loopback(SmtpTls::Offered, "127.0.0.2", true, Encryption::IfOffered)]
    #[case::loopback_v6(SmtpTls::Offered, "::1", true, Encryption::IfOffered)]
    #[case::insisting(SmtpTls::Required, "localhost", false, Encryption::Required)]
    #[case::from_start(SmtpTls::FromStart, "mail.example", true, Encryption::FromStart)]
    fn credentials_leave_this_machine_over_tls_alone(
        #[case] tls: SmtpTls,
        #[case] host: &str,
        #[case] has_credentials: bool,
        #[case] expected: Encryption,
    ) {
        let credentials = has_credentials
            .then(|| SmtpCredentials { user: "ore".to_owned(), password: SecretString::from("hunter2") });
        let settings = SmtpSettings { host: host.to_owned(), port: 587, tls, credentials };
        assert_eq!(Encryption::of(&settings), expected);
    }
}
