use std::sync::Arc;

use ore_domain::{Permission, StoreError, StoreExt};

use crate::authentication::caller;
use crate::impersonation_grounds::impersonator_of;
use crate::readable::or_nobody;
use crate::{Authentication, Caller};

impl Authentication {
    /// The user whom this caller impersonates by an impersonation that began in the same session, while that is
    /// allowed. The browser holds no token of the impersonation.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn find_impersonation_by(&self, own: &Caller) -> Result<Option<Caller>, StoreError> {
        let (Some(user), Some(session)) = (own.user(), own.session()) else { return Ok(None) };
        // Nobody else has begun one that still stands.
        if !own.permissions.contains(Permission::UsersImpersonate) {
            return Ok(None);
        }
        let (now, by, own) = (self.clock.now(), user.id, session.id);
        let (idle_since, policy) = (now - self.idle, self.policy.clone());
        let found = self.store.read(move |r| {
            for id in r.sessions().impersonations(Some(by), now)? {
                let Some((session, user)) = or_nobody(r.sessions().find_with_user(id))? else { continue };
                let begun = session.impersonation.filter(|impersonation| impersonation.session == own);
                let Some(impersonation) = begun.filter(|_| session.is_live(&user, now, idle_since)) else { continue };
                if let Some(impersonator) = impersonator_of(r, impersonation, &user, now, idle_since, &policy)? {
                    return Ok::<_, StoreError>(Some((session, user, impersonator.id)));
                }
            }
            Ok(None)
        });
        let Some((session, user, impersonator)) = found.await? else { return Ok(None) };
        self.record_use(&session, session.rotation.generation, now).await;
        Ok(Some(caller(&session, Arc::new(user), Some(impersonator))))
    }
}
