use actix_web::HttpRequest;
use ore_extract::page_cookie::is_led_from_own_page;
use url::form_urlencoded;

use crate::texts::Text;

/// Declares the completed actions, each with its word in the query and its text.
macro_rules! completed_actions {
    ($($name:ident => ($word:literal, $text:ident)),* $(,)?) => {
        /// An action that a form has completed, which the page after the redirect reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum CompletedAction {
            $($name,)*
        }

        impl CompletedAction {
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

completed_actions! {
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

impl CompletedAction {
    /// The path of a page that says so.
    pub(crate) fn at(self, path: &str) -> String {
        format!("{path}?done={}", self.word())
    }
}

/// The text about the completed action in the query of a request, to which a form of ours has led: a link cannot claim that
/// an account was deleted.
pub(crate) fn of_query(request: &HttpRequest) -> Option<Text> {
    if !is_led_from_own_page(request) {
        return None;
    }
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "done").and_then(|(_, word)| CompletedAction::of_word(&word))
}
