/// Declares each action once: its name here and the one that is stored.
macro_rules! audit_actions {
    ($($(#[$documentation:meta])* $action:ident => $name:literal),* $(,)?) => {
        /// What somebody did or tried to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction {
            $($(#[$documentation])* $action,)*
        }

        impl AuditAction {
            /// Every action, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];

            /// The name in the store, in answers and among metrics.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

audit_actions! {
    /// To log in.
    LogIn => "auth.login",
    /// To register.
    Register => "auth.register",
    /// To exchange a refresh token; written when it is refused.
    Refresh => "auth.refresh",
    /// To use a refresh token again, which ends its session.
    RefreshReuse => "auth.refresh_reuse",
    /// To end the session of the call.
    LogOut => "auth.logout",
    /// To end every session.
    LogOutAll => "auth.logout_all",
    /// To show once more who one is.
    Reauthenticate => "auth.reauthenticate",
    /// To show the second factor of a log-in.
    VerifySecondFactor => "mfa.verify",
    /// To ask for the secret of an authenticator app.
    EnrolTotp => "mfa.enrol",
    /// To show the first code of an authenticator app.
    ConfirmTotp => "mfa.confirm",
    /// To remove an authenticator app.
    RemoveTotp => "mfa.remove",
    /// To make new recovery codes.
    MakeRecoveryCodes => "mfa.recovery_codes",
    /// To show which client of OAuth calls; written when it was not shown.
    AuthenticateClient => "client.authenticate",
    /// To get an access token as a client of OAuth.
    IssueToken => "token.issue",
    /// To get, as a client of OAuth, an access token for another service in exchange for one of ours.
    ExchangeToken => "token.exchange",
    /// To make a call that takes a permission; written when it was refused for that.
    Authorize => "auth.authorize",
    /// To change the password, knowing the present one.
    ChangePassword => "password.change",
    /// To ask for a mail that lets one set a password.
    ForgotPassword => "password.forgot",
    /// To set a password with a token from a mail.
    ResetPassword => "password.reset",
    /// To set the password of somebody, as an operator or an administrator.
    SetPassword => "password.set",
    /// To show that an address is one's own.
    VerifyEmail => "email.verify",
    /// To ask once more for the mail that verifies an address.
    ResendVerification => "email.resend",
    /// To ask for another address.
    ChangeEmail => "email.change",
    /// To end one session.
    EndSession => "session.end",
    /// To make an account for somebody.
    CreateUser => "user.create",
    /// To change an account or a profile.
    UpdateUser => "user.update",
    /// To delete an account.
    DeleteUser => "user.delete",
    /// To get all that is stored of a user.
    ExportUser => "user.export",
    /// To let somebody log in again who was kept out.
    ActivateUser => "user.activate",
    /// To keep somebody from logging in.
    DeactivateUser => "user.deactivate",
    /// To forget the failures that delay or lock out somebody.
    UnlockUser => "user.unlock",
    /// To take the second factors from somebody.
    ResetSecondFactors => "user.mfa_reset",
    /// To give somebody a role.
    GrantRole => "user.grant",
    /// To take a role from somebody.
    RevokeRole => "user.revoke",
    /// To invite somebody.
    InviteUser => "user.invite",
    /// To act as somebody else.
    ImpersonateUser => "user.impersonate",
    /// To bring accounts in from elsewhere.
    ImportUsers => "user.import",
    /// To write all accounts to a file.
    ExportUsers => "users.export",
    /// To write entries of the audit log to a file, on the pages.
    ExportAudit => "audit.export",
    /// To make a role.
    CreateRole => "role.create",
    /// To change a role.
    UpdateRole => "role.update",
    /// To delete a role.
    DeleteRole => "role.delete",
    /// To make an API key.
    CreateKey => "key.create",
    /// To delete an API key.
    DeleteKey => "key.delete",
    /// To make a passkey.
    CreatePasskey => "passkey.create",
    /// To give a passkey another name.
    UpdatePasskey => "passkey.update",
    /// To delete a passkey.
    DeletePasskey => "passkey.delete",
    /// To make a service account.
    CreateServiceAccount => "service_account.create",
    /// To change a service account.
    UpdateServiceAccount => "service_account.update",
    /// To delete a service account.
    DeleteServiceAccount => "service_account.delete",
    /// To make a pair of keys that others can learn before it signs.
    StageSigningKey => "signing_key.stage",
    /// To let a pair of keys sign.
    ActivateSigningKey => "signing_key.activate",
    /// To end a pair of keys.
    RetireSigningKey => "signing_key.retire",
    /// To bring in a pair of keys from elsewhere.
    ImportSigningKey => "signing_key.import",
    /// To have mails tried again that were given up.
    RetryMail => "mail.retry",
}
