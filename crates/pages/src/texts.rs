use ore_domain::PasswordPolicy;
use ore_web::messages::{CatalogueError, Texts};

/// Declares each text once: its name here and its identifier in `locales/*.ftl`.
macro_rules! texts {
    ($($name:ident => $identifier:literal),* $(,)?) => {
        /// A text of the pages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Text {
            $($name,)*
        }

        /// Every identifier, in the order of the texts.
        const IDENTIFIERS: &[&str] = &[$($identifier),*];
    };
}

texts! {
    SkipToContent => "skip-to-content",
    BackToAccount => "back-to-account",
    RequestId => "request-id",
    ErrorTitle => "error-title",
    RootTitle => "root-title",
    RootAccount => "root-account",
    RootDocs => "root-docs",
    Email => "email",
    Password => "password",
    CurrentPassword => "current-password",
    NewPassword => "new-password",
    NewPasswordHint => "new-password-hint",
    AccountPassword => "account-password",
    MailToken => "mail-token",
    LogInTitle => "log-in-title",
    LogIn => "log-in",
    SecondFactorTitle => "second-factor-title",
    SecondFactorIntro => "second-factor-intro",
    Code => "code",
    RecoveryCode => "recovery-code",
    RememberDevice => "remember-device",
    LogOut => "log-out",
    LogInLink => "log-in-link",
    ForgotLink => "forgot-link",
    ResendLink => "resend-link",
    RegisterLink => "register-link",
    RegisterTitle => "register-title",
    Register => "register",
    RegistrationClosed => "registration-closed-text",
    CheckMailTitle => "check-mail-title",
    CheckMailIntro => "check-mail-intro",
    VerifyTitle => "verify-title",
    VerifyIntro => "verify-intro",
    Verify => "verify",
    VerifyLink => "verify-link",
    ResendTitle => "resend-title",
    ResendIntro => "resend-intro",
    SendMail => "send-mail",
    ForgotTitle => "forgot-title",
    ForgotIntro => "forgot-intro",
    ResetLink => "reset-link",
    ResetTitle => "reset-title",
    ResetIntro => "reset-intro",
    SetPassword => "set-password",
    InviteTitle => "invite-title",
    InviteIntro => "invite-intro",
    OverviewTitle => "overview-title",
    Verified => "verified",
    NotVerified => "not-verified",
    MemberSince => "member-since",
    DisplayName => "display-name",
    PasswordTitle => "password-title",
    EndOtherSessions => "end-other-sessions",
    ChangePassword => "change-password",
    ProfileTitle => "profile-title",
    Language => "language",
    LanguageOfBrowser => "language-of-browser",
    Save => "save",
    SessionsTitle => "sessions-title",
    UnknownDevice => "unknown-device",
    ThisDevice => "this-device",
    Impersonation => "impersonation",
    LastUsed => "last-used",
    End => "end",
    EndOthers => "end-others",
    EndAll => "end-all",
    EmailTitle => "email-title",
    EmailIntro => "email-intro",
    PresentEmail => "present-email",
    NewEmail => "new-email",
    KeysTitle => "keys-title",
    KeysIntro => "keys-intro",
    NewKey => "new-key",
    KeyName => "key-name",
    KeyDays => "key-days",
    KeyPermissions => "key-permissions",
    MakeKey => "make-key",
    KeyMade => "key-made",
    Copy => "copy",
    EndsAt => "ends-at",
    Delete => "delete",
    ActivityTitle => "activity-title",
    ActivityIntro => "activity-intro",
    NotDone => "not-done",
    ExportTitle => "export-title",
    ExportIntro => "export-intro",
    Download => "download",
    DeleteTitle => "delete-title",
    DeleteIntro => "delete-intro",
    DeleteConfirm => "delete-confirm",
    DeleteAccount => "delete-account",
    ReauthenticateTitle => "reauthenticate-title",
    ReauthenticateIntro => "reauthenticate-intro",
    Continue => "continue",
    DoneDeleted => "done-deleted",
    DoneEmailVerified => "done-email-verified",
    DoneKeyDeleted => "done-key-deleted",
    DoneLoggedOut => "done-logged-out",
    DoneMailSent => "done-mail-sent",
    DonePasswordChanged => "done-password-changed",
    DonePasswordSet => "done-password-set",
    DoneProfileSaved => "done-profile-saved",
    DoneSessionEnded => "done-session-ended",
    ActLogIn => "act-log-in",
    ActRegister => "act-register",
    ActRefreshReuse => "act-refresh-reuse",
    ActLogOut => "act-log-out",
    ActLogOutAll => "act-log-out-all",
    ActReauthenticate => "act-reauthenticate",
    ActChangePassword => "act-change-password",
    ActForgotPassword => "act-forgot-password",
    ActResetPassword => "act-reset-password",
    ActSetPassword => "act-set-password",
    ActVerifyEmail => "act-verify-email",
    ActResend => "act-resend",
    ActChangeEmail => "act-change-email",
    ActEndSession => "act-end-session",
    ActUpdateUser => "act-update-user",
    ActExport => "act-export",
    ActImpersonate => "act-impersonate",
    ActCreateKey => "act-create-key",
    ActDeleteKey => "act-delete-key",
    FactorsTitle => "factors-title",
    FactorsIntro => "factors-intro",
    FactorRequired => "factor-required",
    NotOffered => "not-offered",
    AddedAt => "added-at",
    Change => "change",
    TotpTitle => "totp-title",
    TotpIntro => "totp-intro",
    AddTotp => "add-totp",
    RemoveTotp => "remove-totp",
    TotpScan => "totp-scan",
    QrCode => "qr-code",
    OpenApp => "open-app",
    TotpSecret => "totp-secret",
    ConfirmCode => "confirm-code",
    PasskeysTitle => "passkeys-title",
    PasskeysIntro => "passkeys-intro",
    PasskeyName => "passkey-name",
    AddPasskey => "add-passkey",
    PasskeyTitle => "passkey-title",
    DeletePasskey => "delete-passkey",
    PasskeyFailed => "passkey-failed",
    PasskeysNeedScripts => "passkeys-need-scripts",
    LogInWithPasskey => "log-in-with-passkey",
    ShowPasskey => "show-passkey",
    CodesTitle => "codes-title",
    CodesLeft => "codes-left",
    MakeCodes => "make-codes",
    CodesMade => "codes-made",
    Print => "print",
    DoneFactorAdded => "done-factor-added",
    DoneFactorRemoved => "done-factor-removed",
    ActVerifyFactor => "act-verify-factor",
    ActEnrolTotp => "act-enrol-totp",
    ActConfirmTotp => "act-confirm-totp",
    ActRemoveTotp => "act-remove-totp",
    ActMakeCodes => "act-make-codes",
    ActResetFactors => "act-reset-factors",
    ActCreatePasskey => "act-create-passkey",
    ActUpdatePasskey => "act-update-passkey",
    ActDeletePasskey => "act-delete-passkey",
    FirstAdminTitle => "first-admin-title",
    FirstAdminIntro => "first-admin-intro",
    MakeAccount => "make-account",
    RootCurl => "root-curl",
    JustNow => "just-now",
    Older => "older",
    Newest => "newest",
}

const SOURCES: [&str; 2] = [include_str!("../locales/zh-CN.ftl"), include_str!("../locales/en.ftl")];

/// Every text in every language; what a new password must satisfy stands in one.
pub(crate) fn load(policy: PasswordPolicy) -> Result<Texts, CatalogueError> {
    Texts::load(IDENTIFIERS, SOURCES, policy)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ore_domain::Locale;

    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages_and_no_other() {
        let texts = load(PasswordPolicy::default()).unwrap();
        for (index, identifier) in IDENTIFIERS.iter().enumerate() {
            let [chinese, english] = [Locale::ZhCn, Locale::En].map(|locale| texts.get(locale, index));
            assert!(english.is_ascii() && !chinese.is_ascii(), "{identifier}");
        }
        let known: BTreeSet<_> = IDENTIFIERS.iter().copied().collect();
        for source in SOURCES {
            assert_eq!(known, source.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect());
        }
    }
}
