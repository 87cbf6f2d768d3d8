use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::{KeyOwner, SessionId, UserId};

const USER: &str = "user";

/// An actor, or the object of an act.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuditParty {
    /// The type: `user`, `session`, `role`, `service_account`, `api_key`, `operator`.
    pub kind: Cow<'static, str>,
    /// Its key among those of its kind.
    pub id: String,
}

impl AuditParty {
    /// A user.
    pub fn user(id: UserId) -> Self {
        Self { kind: Cow::Borrowed(USER), id: id.to_string() }
    }

    /// A session.
    pub fn session(id: SessionId) -> Self {
        Self { kind: Cow::Borrowed("session"), id: id.to_string() }
    }

    /// A role.
    pub fn role(name: impl Into<String>) -> Self {
        Self { kind: Cow::Borrowed("role"), id: name.into() }
    }

    /// A service account.
    pub fn service_account(id: impl Into<String>) -> Self {
        Self { kind: Cow::Borrowed("service_account"), id: id.into() }
    }

    /// An API key.
    pub fn api_key(id: impl Into<String>) -> Self {
        Self { kind: Cow::Borrowed("api_key"), id: id.into() }
    }

    /// An operator at the command line of the service.
    pub fn operator() -> Self {
        Self { kind: Cow::Borrowed("operator"), id: "command-line".to_owned() }
    }
}

impl From<KeyOwner> for AuditParty {
    fn from(owner: KeyOwner) -> Self {
        match owner {
            KeyOwner::User(user) => Self::user(user),
            KeyOwner::ServiceAccount(account) => Self::service_account(account.to_string()),
        }
    }
}

/// As [`PartyFilter`] reads it.
impl fmt::Display for AuditParty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind, self.id)
    }
}

/// Which actor or subject is looked for: `type:id`, or an id of any type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyFilter {
    /// The type.
    pub kind: Option<String>,
    /// The id.
    pub id: String,
}

impl FromStr for PartyFilter {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.split_once(':') {
            Some((kind, id)) => Self { kind: Some(kind.to_owned()), id: id.to_owned() },
            None => Self { kind: None, id: text.to_owned() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_found_by_its_text_and_by_its_id() {
        let ada = AuditParty::user(UserId::new(7));
        let filter = |text: &str| text.parse::<PartyFilter>().unwrap();
        assert_eq!(ada.to_string(), "user:7");
        assert_eq!(filter("user:7"), PartyFilter { kind: Some("user".to_owned()), id: "7".to_owned() });
        assert_eq!(filter("7"), PartyFilter { kind: None, id: "7".to_owned() });
    }
}
