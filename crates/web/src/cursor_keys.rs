use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ore_domain::{Position, Timestamp};
use ore_security::key_ring::SealingKeys;
use ore_security::sealing::SealingError;

/// How long a cursor counts.
const LIFETIME: Duration = Duration::from_hours(24);

/// Seals the places between pages, so that nobody can tell what they hold, or make one up.
#[derive(Clone)]
pub struct CursorKeys(SealingKeys);

impl CursorKeys {
    /// With the keys for this purpose.
    pub const fn new(keys: SealingKeys) -> Self {
        Self(keys)
    }

    /// Seals a place in a selection.
    ///
    /// # Errors
    /// [`SealingError`] when the operating system gives no random bytes.
    pub fn seal(&self, position: &Position, selection: &str, now: Timestamp) -> Result<String, SealingError> {
        let content = (now.timestamp(), &position.value, &position.key);
        let content = serde_json::to_vec(&content).map_err(|_| SealingError::WrongKey)?;
        Ok(URL_SAFE_NO_PAD.encode(self.0.seal(&content, selection.as_bytes())?))
    }

    /// `None` for what is no cursor of this selection, or too old.
    pub fn open(&self, cursor: &str, selection: &str, now: Timestamp) -> Option<Position> {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let content = self.0.open(&sealed, selection.as_bytes()).ok()?;
        let (made_at, value, key): (i64, String, String) = serde_json::from_slice(&content).ok()?;
        let age = now.timestamp().saturating_sub(made_at);
        let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
        (age <= lifetime).then_some(Position { value, key })
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::Clock;
    use ore_security::key_ring::KeyRing;
    use ore_testkit::FixedClock;

    use super::*;

    #[test]
    fn a_cursor_counts_for_a_day_and_its_selection_alone() {
        let keys = CursorKeys::new(KeyRing::new([7; 32], []).sealing("ore cursors"));
        let (now, position) = (FixedClock::default().now(), Position { value: "a".to_owned(), key: "1".to_owned() });
        let cursor = keys.seal(&position, "users", now).unwrap();
        assert_eq!(keys.open(&cursor, "users", now + LIFETIME), Some(position));
        assert_eq!(keys.open(&cursor, "users", now + LIFETIME + Duration::from_secs(1)), None);
        assert_eq!(keys.open(&cursor, "roles", now), None);
        assert_eq!(keys.open(&format!("{cursor}A"), "users", now), None);
        assert_eq!(keys.open("", "users", now), None);
    }
}
