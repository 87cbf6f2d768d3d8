use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::texts::Text;

/// Declares what a page may say was done: the word in the query and the text.
macro_rules! done {
    ($($name:ident => ($word:literal, $text:ident)),* $(,)?) => {
        /// A completed form, which the page after the redirect reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Done {
            $($name,)*
        }

        impl Done {
            fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            fn of_word(word: &str) -> Option<Text> {
                match word {
                    $($word => Some(Text::$text),)*
                    _ => None,
                }
            }
        }
    };
}

done! {
    Deleted => ("deleted", DoneDeleted),
    EmailVerified => ("email-verified", DoneEmailVerified),
    FactorAdded => ("factor-added", DoneFactorAdded),
    FactorRemoved => ("factor-removed", DoneFactorRemoved),
    KeyDeleted => ("key-deleted", DoneKeyDeleted),
    LoggedOut => ("logged-out", DoneLoggedOut),
    MailSent => ("mail-sent", DoneMailSent),
    PasswordChanged => ("password-changed", DonePasswordChanged),
    PasswordSet => ("password-set", DonePasswordSet),
    ProfileSaved => ("profile-saved", DoneProfileSaved),
    SessionEnded => ("session-ended", DoneSessionEnded),
    // Of administration.
    ActingEnded => ("acting-ended", DoneActingEnded),
    FactorsReset => ("factors-reset", DoneFactorsReset),
    KeyActivated => ("key-activated", DoneKeyActivated),
    KeyRetired => ("key-retired", DoneKeyRetired),
    KeyStaged => ("key-staged", DoneKeyStaged),
    MailRequested => ("mail-requested", DoneMailRequested),
    MailRetried => ("mail-retried", DoneMailRetried),
    RoleDeleted => ("role-deleted", DoneRoleDeleted),
    ServiceAccountDeleted => ("service-account-deleted", DoneServiceAccountDeleted),
    Unlocked => ("unlocked", DoneUnlocked),
    UserCreated => ("user-created", DoneUserCreated),
    UserDeleted => ("user-deleted", DoneUserDeleted),
}

impl Done {
    /// The path of a page that says so.
    pub(crate) fn at(self, path: &str) -> String {
        format!("{path}?done={}", self.word())
    }
}

/// The completed form in the query of a request.
pub(crate) fn of_query(request: &HttpRequest) -> Option<Text> {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "done").and_then(|(_, word)| Done::of_word(&word))
}
