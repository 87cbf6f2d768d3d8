use strum::{EnumString, IntoStaticStr, VariantNames};

use crate::{AuditAction, AuditOrigin, AuditParty, SessionId, Timestamp, UserId};

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Success,
    /// It was not: what was presented is wrong, or something broke.
    Failure,
    /// It was not allowed, whatever was presented.
    Denied,
}

impl AuditOutcome {
    /// The name in the store, in answers and among metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// An entry about to be stored.
///
/// Erasure removes the client of the origin, the id of the request, which clients choose, and the details. So names,
/// addresses and free text stand in the details alone, and details tell of nobody but the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuditEntry {
    /// When.
    pub at: Timestamp,
    /// The act.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Why it was not done: a code.
    pub reason: Option<&'static str>,
    /// The actor, and where the request came from.
    pub origin: AuditOrigin,
    /// The object of the act.
    pub subject: Option<AuditParty>,
    /// Further details: a small JSON object.
    pub details: Option<String>,
}

impl NewAuditEntry {
    /// Something was done.
    pub fn success(action: AuditAction, origin: &AuditOrigin, at: Timestamp) -> Self {
        let (outcome, origin) = (AuditOutcome::Success, origin.clone());
        Self { at, action, outcome, reason: None, origin, subject: None, details: None }
    }

    /// Something went wrong, or what was presented was.
    pub fn failure(action: AuditAction, reason: &'static str, origin: &AuditOrigin, at: Timestamp) -> Self {
        Self { outcome: AuditOutcome::Failure, reason: Some(reason), ..Self::success(action, origin, at) }
    }

    /// Something was not allowed.
    pub fn denied(action: AuditAction, reason: &'static str, origin: &AuditOrigin, at: Timestamp) -> Self {
        Self { outcome: AuditOutcome::Denied, reason: Some(reason), ..Self::success(action, origin, at) }
    }

    /// The same, done to this.
    #[must_use]
    pub fn about(self, subject: AuditParty) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The same, done to this user.
    #[must_use]
    pub fn about_user(self, user: UserId) -> Self {
        self.about(AuditParty::user(user))
    }

    /// The same, by the user who has just shown who they are, in the session that this opened, if it did.
    #[must_use]
    pub fn by(mut self, user: UserId, session: Option<SessionId>) -> Self {
        self.origin.actor = Some(AuditParty::user(user));
        self.origin.session_id = session.or(self.origin.session_id);
        self
    }

    /// The same, with a JSON object that says more.
    #[must_use]
    pub fn with_details(self, details: String) -> Self {
        Self { details: Some(details), ..self }
    }
}

/// An entry as it is stored. Another version may have written names that this one does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The key; a later entry has a higher one, unless both were written at the same time.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The name of an [`AuditAction`].
    pub action: String,
    /// The name of an [`AuditOutcome`].
    pub outcome: String,
    /// Why it was not done: a code.
    pub reason: Option<String>,
    /// The actor.
    pub actor: Option<AuditParty>,
    /// The object of the act.
    pub subject: Option<AuditParty>,
    /// The network of the client.
    pub address: Option<String>,
    /// The label of the device of the client.
    pub user_agent: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The session of the call.
    pub session_id: Option<String>,
    /// Further details: a small JSON object.
    pub details: Option<String>,
}

impl AuditEntry {
    /// From where it was done, in a fixed order.
    pub fn client_fields(&self) -> [Option<&str>; 3] {
        [&self.address, &self.user_agent, &self.request_id].map(Option::as_deref)
    }

    /// Whose erasure removes the client: who did it; where that is not known, to whom it was done.
    pub fn owner_of_client(&self) -> Option<&AuditParty> {
        self.actor.as_ref().or(self.subject.as_ref())
    }

    /// Whose erasure removes the details: to whom it was done, or else who did it. So nobody removes what they did to
    /// others by deleting their own account.
    pub fn owner_of_details(&self) -> Option<&AuditParty> {
        self.subject.as_ref().or(self.actor.as_ref())
    }
}
