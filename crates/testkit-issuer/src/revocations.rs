use serde_json::{Value, json};

/// How long a client that does not wait for news is asked to pause.
const POLL_AFTER_SECONDS: u64 = 5;

/// The feed, in the order in which its entries were made.
#[derive(Default)]
pub(crate) struct Revocations {
    entries: Vec<Revocation>,
    /// The number of entries, for readers who wait for one more.
    #[cfg(feature = "serve")]
    pub(crate) count: tokio::sync::watch::Sender<usize>,
}

pub(crate) enum Revocation {
    Session { sid: String, exp: u64 },
    User { uid: i64, not_before: u64 },
}

impl Revocations {
    pub(crate) fn add(&mut self, entry: Revocation) {
        self.entries.push(entry);
        #[cfg(feature = "serve")]
        self.count.send_replace(self.entries.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The answer of the feed from `since` on, in its envelope; a `since` that the feed has not given starts anew.
    pub(crate) fn answer(&self, since: Option<&str>) -> Value {
        let asked = since.map(|since| since.parse().ok().filter(|at| *at <= self.len()));
        let news = &self.entries[asked.flatten().unwrap_or(0)..];
        let revoked: Vec<Value> = news.iter().filter_map(Revocation::session).collect();
        let users: Vec<Value> = news.iter().filter_map(Revocation::user).collect();
        json!({
            "success": true,
            "message": "ok",
            "data": {
                "revoked": revoked,
                "users": users,
                "next": self.len().to_string(),
                "reset": asked == Some(None),
                "poll_after_seconds": POLL_AFTER_SECONDS,
            },
        })
    }
}

impl Revocation {
    fn session(&self) -> Option<Value> {
        match self {
            Self::Session { sid, exp } => Some(json!({ "sid": sid, "exp": exp })),
            Self::User { .. } => None,
        }
    }

    fn user(&self) -> Option<Value> {
        match self {
            Self::User { uid, not_before } => Some(json!({ "uid": uid, "not_before": not_before })),
            Self::Session { .. } => None,
        }
    }
}
