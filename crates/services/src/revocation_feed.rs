use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ore_domain::{Clock, FeedHead, Revocation, Revoked, Store, StoreError, StoreExt, Timestamp};

/// How many revocations an answer has at most.
const PAGE: u32 = 5_000;
/// How many get their place in one transaction.
const BATCH: u32 = 1_000;
/// How long what is known of the end of the feed counts for those who wait.
const HEAD_LIFETIME: Duration = Duration::from_millis(250);

/// What makes access tokens void before their end, for services that check them without asking us.
pub struct RevocationFeed {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// A token that is older has ended.
    longest_token: Duration,
    head: Mutex<Option<(FeedHead, Timestamp)>>,
}

/// A part of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The claims `sid` of tokens that are void, and the second since 1970 at which the last of them has ended.
    pub sessions: Vec<(String, i64)>,
    /// The users whose tokens from before this second since 1970 are void.
    pub users: Vec<(i64, i64)>,
    /// What to ask for next.
    pub next: String,
    /// Whether everything known before is to be forgotten.
    pub is_reset: bool,
    /// Whether more is there already.
    pub has_more: bool,
}

/// Why there is no part of the feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The place was none of ours.
    #[error("`since` is no place in a feed")]
    Malformed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A place in the feed of a database, as clients name it.
struct Place<'a> {
    database: &'a str,
    number: i64,
}

impl<'a> Place<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (database, number) = text.split_once('-')?;
        let is_name = database.len() == 16 && database.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_name && is_number)?;
        Some(Self { database, number })
    }
}

impl RevocationFeed {
    /// Over the given ports; no token lives longer than `longest_token`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, longest_token: Duration) -> Self {
        Self { store, clock, longest_token, head: Mutex::default() }
    }

    /// What came after this place; everything where there is none, or where it is one of another or an older database.
    ///
    /// # Errors
    /// As [`FeedError`] says.
    pub async fn page(&self, since: Option<&str>) -> Result<FeedPage, FeedError> {
        let place = since.map(|text| Place::parse(text).ok_or(FeedError::Malformed)).transpose()?;
        let head = self.advance().await?;
        let known = place.as_ref().filter(|it| it.database == head.database && it.number <= head.number);
        let (from, is_reset) = (known.map_or(0, |it| it.number), place.is_some() && known.is_none());
        let living = self.clock.now() - self.longest_token;
        let found = self.store.read(move |r| r.revocations().revocations_after(from, living, PAGE)).await?;
        Ok(self.page_of(&found, &head, is_reset))
    }

    fn page_of(&self, found: &[Revocation], head: &FeedHead, is_reset: bool) -> FeedPage {
        let has_more = found.len() >= PAGE as usize;
        let last = found.last().filter(|_| has_more).map_or(head.number, |last| last.number);
        let next = format!("{}-{last}", head.database);
        let mut page = FeedPage { sessions: Vec::new(), users: Vec::new(), next, is_reset, has_more };
        for Revocation { revoked, at, .. } in found {
            match revoked {
                // Rounded up.
                Revoked::Session(id) => page.sessions.push((id.clone(), (*at + self.longest_token).timestamp() + 1)),
                Revoked::User { id, not_before } => page.users.push((id.get(), *not_before)),
            }
        }
        page
    }

    /// Whether something came after this place, which [`FeedPage::next`] has told. For those who wait and ask again and again.
    ///
    /// # Errors
    /// As [`FeedError`] says.
    pub async fn has_news(&self, place: &str) -> Result<bool, FeedError> {
        let now = self.clock.now();
        let kept = self.head.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let head = match kept {
            Some((head, at)) if at <= now && now < at + HEAD_LIFETIME => head,
            _ => self.advance().await?,
        };
        Ok(Place::parse(place).is_none_or(|it| it.database != head.database || it.number != head.number))
    }

    /// The end of the feed, once everything has its place.
    async fn advance(&self) -> Result<FeedHead, FeedError> {
        let (mut head, mut has_unnumbered) = self.store.read(|r| r.revocations().feed_head()).await?;
        while has_unnumbered {
            let numbered = self.store.write(|r| {
                r.revocations().number_revocations(BATCH)?;
                r.revocations().feed_head()
            });
            (head, has_unnumbered) = numbered.await?;
        }
        let now = self.clock.now();
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = Some((head.clone(), now));
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0123456789abcdef-0", true)]
    #[case("0123456789abcdef-12", true)]
    #[case::no_number("0123456789abcdef-", false)]
    #[case::negative("0123456789abcdef--1", false)]
    #[case::signed("0123456789abcdef-+1", false)]
    #[case::short("0123456789abcde-1", false)]
    #[case::no_name("-1", false)]
    #[case::too_large("0123456789abcdef-9223372036854775808", false)]
    #[case::nothing("", false)]
    fn a_place_names_a_database_and_a_number(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(Place::parse(text).is_some(), is_one);
    }
}
