use std::sync::Arc;
use std::time::Duration;

use crate::feed::{Cursor, Feed, RevokedSession, RevokedUser};
use crate::key_requests::KeyRequests;
use crate::verifier::Shared;
use crate::{Observer, Verifier};

/// The methods for the refresh.
impl Verifier {
    pub(crate) fn max_stale(&self) -> Duration {
        Duration::from_secs(self.shared.settings.max_stale)
    }

    pub(crate) fn expects_revocations(&self) -> bool {
        self.shared.settings.revocations.is_some()
    }

    pub(crate) fn observer(&self) -> &dyn Observer {
        &*self.shared.observer
    }

    /// When the revocations were read, in seconds since 1970, and all of them as a feed.
    pub(crate) fn revocations_to_save(&self) -> Option<(u64, Feed)> {
        let known = self.shared.revocations.get();
        let sessions = known.sessions.iter().map(|(sid, exp)| RevokedSession { sid: sid.clone(), exp: *exp });
        let users = known.users.iter().map(|(uid, not_before)| RevokedUser { uid: *uid, not_before: *not_before });
        let feed = Feed {
            revoked: sessions.collect(),
            users: users.collect(),
            next: Cursor::Text(known.next.clone()?),
            poll_after_seconds: None,
        };
        Some((known.read_at?, feed))
    }
}

impl Shared {
    /// Returns false, and changes nothing, when there are some already.
    pub(crate) fn set_key_requests(&self, requests: Arc<KeyRequests>) -> bool {
        let _change = self.change_lock();
        let is_free = self.key_requests.get().is_none();
        if is_free {
            self.key_requests.set(Some(requests));
        }
        is_free
    }

    pub(crate) fn clear_key_requests(&self) {
        self.key_requests.set(None);
    }
}
