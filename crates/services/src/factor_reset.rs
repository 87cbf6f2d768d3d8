use ore_domain::{AuditAction, AuditParty, Locale, MailKind, Repositories, User};

use crate::precondition::any_state;
use crate::second_factors::{remove_all_factors, send_notice};
use crate::{Actor, Administration, AdministrationError, UserSelector};

impl Administration {
    /// Takes the second factors from a user who has lost them. Nobody does so to themselves who must have one.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn reset_second_factors(
        &self,
        actor: &Actor,
        user: impl Into<UserSelector>,
        locale: Locale,
    ) -> Result<(), AdministrationError> {
        let (mailer, policy, party) = (self.mailer.clone(), self.policy.clone(), actor.origin.actor.clone());
        let resetting = move |r: &mut dyn Repositories, user: User, _, now| {
            // Their own are not lost: they have shown one to come here.
            if party == Some(AuditParty::user(user.id)) && user.factors.has_second_factor() && policy.requires(&user) {
                return Err(AdministrationError::FactorRequired);
            }
            remove_all_factors(r, &user, now)?;
            Ok(send_notice(r, &mailer, MailKind::SecondFactorsReset, &user, locale, now)?)
        };
        self.change(actor, actor.act(AuditAction::ResetSecondFactors), user, any_state(), resetting).await
    }
}
