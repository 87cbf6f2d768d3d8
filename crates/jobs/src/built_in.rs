//! The templates that the program brings along.

use ore_domain::Locale;

use crate::MailTemplate;

/// The page around the paragraphs of a mail.
pub(crate) const LAYOUT: &str = include_str!("../templates/layout.html");

macro_rules! texts {
    ($($template:ident: $name:literal),* $(,)?) => {
        /// The text of a mail in a language.
        pub(crate) const fn text(template: MailTemplate, locale: Locale) -> &'static str {
            match (template, locale) {
                $(
                    (MailTemplate::$template, Locale::ZhCn) => include_str!(concat!("../templates/", $name, ".zh-CN.txt")),
                    (MailTemplate::$template, Locale::En) => include_str!(concat!("../templates/", $name, ".en.txt")),
                )*
            }
        }
    };
}

texts! {
    VerifyEmail: "verify_email",
    ResetPassword: "reset_password",
    ConfirmAddressChange: "confirm_address_change",
    AddressChangeRequested: "address_change_requested",
    AddressChanged: "address_changed",
    AddressTaken: "address_taken",
    PasswordChanged: "password_changed",
    SecondFactorAdded: "second_factor_added",
    SecondFactorRemoved: "second_factor_removed",
    SecondFactorsReset: "second_factors_reset",
    SessionReused: "session_reused",
    PasskeyCloned: "passkey_cloned",
    Invitation: "invitation",
    Test: "test",
}
