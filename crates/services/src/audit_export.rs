use ore_domain::{AuditEntry, AuditListRequest, ListPage, Repositories, StoreExt, Timestamp};

use crate::administration::require;
use crate::audit::AuditReader;
use crate::sessions::live_user;
use crate::{Actor, AdministrationError};

impl AuditReader {
    /// As [`AuditReader::page`], for an actor who may read it at this moment: where page after page is read, the session
    /// may end before the last one, or the permission be taken away.
    ///
    /// # Errors
    /// [`AdministrationError::EndedSession`], [`AdministrationError::MissingPermission`],
    /// [`AdministrationError::Store`].
    pub async fn page_for(
        &self,
        actor: Actor,
        request: AuditListRequest,
        now: Timestamp,
    ) -> Result<ListPage<AuditEntry>, AdministrationError> {
        self.store.read(move |r| require_reader(r, &actor, now)).await?;
        Ok(self.page(request).await?)
    }
}

/// Not [`Actor::may`], which refuses impersonations: they read.
fn require_reader(r: &mut dyn Repositories, actor: &Actor, now: Timestamp) -> Result<(), AdministrationError> {
    let (Some(needed), Some(session)) = (actor.needed, actor.origin.session_id) else { return Ok(()) };
    let user = live_user(r, session, now)?.ok_or(AdministrationError::EndedSession)?;
    require(user.roles.permissions(), [needed].into_iter().collect())
}
