use chrono::{DateTime, SecondsFormat, Utc};

/// The query parameters of a list.
type Query = Vec<(&'static str, String)>;

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Which users a list has: all of them unless something is said.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct UserFilter(Query);

impl UserFilter {
    /// All users, the newest first.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the address or the name begins, in any case.
    pub fn starting_with(self, text: &str) -> Self {
        self.with("q", text.to_owned())
    }

    /// Whether they may log in.
    pub fn is_active(self, is_active: bool) -> Self {
        self.with("is_active", is_active.to_string())
    }

    /// Whether their address was shown to be theirs.
    pub fn email_verified(self, is_verified: bool) -> Self {
        self.with("email_verified", is_verified.to_string())
    }

    /// A role that they have.
    pub fn role(self, name: &str) -> Self {
        self.with("role", name.to_owned())
    }

    /// They were made after this time.
    pub fn created_after(self, time: DateTime<Utc>) -> Self {
        self.with("created_after", rfc3339(time))
    }

    /// They were made before this time.
    pub fn created_before(self, time: DateTime<Utc>) -> Self {
        self.with("created_before", rfc3339(time))
    }

    /// `id`, `email`, `created_at` or `last_login_at`; with a `-` before it, the greatest comes first.
    pub fn sorted_by(self, sort: &str) -> Self {
        self.with("sort", sort.to_owned())
    }

    /// How many come with one answer: 1 to 200, 50 unless set.
    pub fn page_size(self, size: u16) -> Self {
        self.with("limit", size.to_string())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        set(&mut self.0, name, value);
        self
    }

    pub(crate) fn to_query(&self) -> Query {
        self.0.clone()
    }
}

/// Which entries of the audit log a list has: all of them unless something is said.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct AuditFilter(Query);

impl AuditFilter {
    /// All entries, the newest first.
    pub fn new() -> Self {
        Self::default()
    }

    /// The actor: `type:id`, or an id.
    pub fn actor(self, party: &str) -> Self {
        self.with("actor", party.to_owned())
    }

    /// The subject: `type:id`, or an id.
    pub fn subject(self, party: &str) -> Self {
        self.with("subject", party.to_owned())
    }

    /// The action, such as `auth.login`.
    pub fn action(self, action: &str) -> Self {
        self.with("action", action.to_owned())
    }

    /// `success`, `failure` or `denied`.
    pub fn outcome(self, outcome: &str) -> Self {
        self.with("outcome", outcome.to_owned())
    }

    /// It happened after this time.
    pub fn after(self, time: DateTime<Utc>) -> Self {
        self.with("after", rfc3339(time))
    }

    /// It happened before this time.
    pub fn before(self, time: DateTime<Utc>) -> Self {
        self.with("before", rfc3339(time))
    }

    /// `id`, the oldest first, or `-id`.
    pub fn sorted_by(self, sort: &str) -> Self {
        self.with("sort", sort.to_owned())
    }

    /// How many come with one answer: 1 to 200, 50 unless set.
    pub fn page_size(self, size: u16) -> Self {
        self.with("limit", size.to_string())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        set(&mut self.0, name, value);
        self
    }

    pub(crate) fn to_query(&self) -> Query {
        self.0.clone()
    }
}

/// A name that stands twice is refused, so that what is said last counts.
fn set(query: &mut Query, name: &'static str, value: String) {
    query.retain(|(known, _)| *known != name);
    query.push((name, value));
}
