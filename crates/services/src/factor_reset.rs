use ore_domain::{AuditAction, Locale, MailKind, Repositories, User};

use crate::precondition::anything;
use crate::second_factors::{remove_all_factors, tell};
use crate::{Actor, Administration, AdministrationError, UserSelector};

impl Administration {
    /// Takes the second factors from a user who has lost them.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn reset_second_factors(
        &self,
        by: &Actor,
        user: impl Into<UserSelector>,
        locale: Locale,
    ) -> Result<(), AdministrationError> {
        let mailing = self.mailing.clone();
        let resetting = move |r: &mut dyn Repositories, user: User, _, now| {
            remove_all_factors(r, &user)?;
            Ok(tell(r, &mailing, MailKind::SecondFactorsReset, &user, locale, now)?)
        };
        self.change(by, by.act(AuditAction::ResetSecondFactors), user, anything(), resetting).await
    }
}
