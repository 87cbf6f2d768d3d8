use ore_domain::{Edit, EmailAddress, Locale, MailKind, Profile, ProfileEdit, Repositories, RoleName, Timestamp, User};

use crate::administration_error::AdministrationError;
use crate::impersonation_grounds::end_void_impersonations;
use crate::last_admin::LastAdminRule;
use crate::mailer::Mail;
use crate::revocations::{end_all_sessions, set_roles};
use crate::{CreateAccountError, Mailer};

/// A change of a user; `None` leaves a field as it is.
#[derive(Debug, Clone)]
pub struct UserChange {
    /// Another address. It is not verified, unless `email_verified` says so.
    pub email: Option<EmailAddress>,
    /// Whether the address is verified.
    pub email_verified: Option<bool>,
    /// The changes of the name and the language.
    pub profile: ProfileEdit,
    /// Whether the user may log in and use tokens.
    pub is_active: Option<bool>,
    /// The roles, all of them.
    pub roles: Option<Vec<RoleName>>,
}

impl UserChange {
    /// The details for the audit log: the changed fields, and the roles.
    pub(crate) fn details(&self) -> serde_json::Value {
        let parts = [
            ("email", self.email.is_some()),
            ("email_verified", self.email_verified.is_some()),
            ("display_name", self.profile.display_name != Edit::Keep),
            ("locale", self.profile.locale != Edit::Keep),
            ("is_active", self.is_active.is_some()),
            ("roles", self.roles.is_some()),
        ];
        let changed: Vec<_> = parts.into_iter().filter(|(_, is_changed)| *is_changed).map(|(part, _)| part).collect();
        let roles = self.roles.as_ref().map(|roles| roles.iter().map(RoleName::to_string).collect::<Vec<_>>());
        serde_json::json!({ "changed": changed, "is_active": self.is_active, "roles": roles })
    }

    /// Whether an admin could not administer the service after this change.
    pub(crate) fn takes_admin_from(&self, user: &User, rule: LastAdminRule) -> bool {
        let loses_role = self.roles.as_ref().is_some_and(|roles| !roles.iter().any(RoleName::is_admin));
        let loses_proof = rule.needs_verified_email && !self.is_verified_after(user);
        user.roles.is_admin() && (loses_role || self.is_active == Some(false) || loses_proof)
    }

    /// The new address, if it differs from the present one.
    fn new_address(&self, user: &User) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|email| email.as_str() != user.email.as_str())
    }

    fn is_verified_after(&self, user: &User) -> bool {
        let is_same_account =
            self.new_address(user).is_none_or(|address| address.canonical() == user.email.canonical());
        self.email_verified.unwrap_or(user.email_verified && is_same_account)
    }

    pub(crate) fn apply(
        &self,
        r: &mut dyn Repositories,
        user: &User,
        mailer: &Mailer,
        locale: Locale,
        now: Timestamp,
    ) -> Result<(), AdministrationError> {
        self.apply_profile(r, user, now)?;
        if let Some(roles) = &self.roles {
            set_roles(r, user.id, user.roles.names(), roles, now)?;
            end_void_impersonations(r, now)?;
        }
        let address = self.new_address(user);
        if let Some(address) = address {
            change_address(r, user, address, mailer, locale, now)?;
        }
        let is_verified = self.is_verified_after(user);
        let canonical = address.unwrap_or(&user.email).canonical();
        r.users().set_verified_email(user.id, is_verified.then_some(canonical))?.invalidate(r);
        match self.is_active {
            Some(is_active) if is_active != user.is_active => {
                r.users().set_active(user.id, is_active)?.invalidate(r);
                if !is_active {
                    end_all_sessions(r, user.id, now)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn apply_profile(&self, r: &mut dyn Repositories, user: &User, now: Timestamp) -> Result<(), AdministrationError> {
        let profile = self.profile.clone().apply(&user.profile);
        if profile != user.profile {
            r.users().set_profile(user.id, &Profile { changed_at: Some(now), ..profile })?.invalidate(r);
        }
        Ok(())
    }
}

impl Default for UserChange {
    fn default() -> Self {
        let profile = ProfileEdit { display_name: Edit::Keep, locale: Edit::Keep };
        Self { email: None, email_verified: None, profile, is_active: None, roles: None }
    }
}

/// Changes the address. Sessions go on, links that were sent to the old address are void, and the old address gets a
/// mail.
fn change_address(
    r: &mut dyn Repositories,
    user: &User,
    new: &EmailAddress,
    mailer: &Mailer,
    locale: Locale,
    at: Timestamp,
) -> Result<(), AdministrationError> {
    r.users().set_email(user.id, new).map_err(CreateAccountError::from)?.invalidate(r);
    r.sessions().keep_after_credential_change(user.id, user.credentials_changed_at)?.invalidate(r);
    let mail = Mail { kind: MailKind::AddressChanged, user: Some(user), to: &user.email, locale, at };
    Ok(mailer.notify(r, &mail, Some(new))?)
}
