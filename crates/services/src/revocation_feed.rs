use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{BoxFuture, Clock, FeedHead, Revocation, Revoked, Store, StoreError, StoreExt, Timestamp};

use crate::feed_position::FeedPosition;

/// How many revocations an answer has at most.
const PAGE: u32 = 5_000;
/// How many get their position in one transaction.
const BATCH: u32 = 1_000;
/// The time for which waiting readers share one view of the end of the feed.
const HEAD_LIFETIME: Duration = Duration::from_millis(250);

/// The revocations of access tokens, for services that check tokens without asking us.
pub struct RevocationFeed {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// A token that is made now has ended after so long.
    longest_token: Duration,
    head: Mutex<Option<(HeadReading, Timestamp)>>,
}

/// The end of the feed, which all who wait ask for together.
type HeadReading = Shared<BoxFuture<'static, Result<FeedHead, Arc<StoreError>>>>;

/// A part of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The claims `sid` of tokens that are void, and the second since 1970 at which the last of them has ended.
    pub sessions: Vec<(String, i64)>,
    /// The users whose tokens from before this second since 1970 are void.
    pub users: Vec<(i64, i64)>,
    /// The position for the next request.
    pub next: String,
    /// Whether everything known before is to be forgotten.
    pub is_reset: bool,
    /// Whether more is there already.
    pub has_more: bool,
}

/// Why there is no part of the feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The position is not one of ours.
    #[error("`since` is no place in a feed")]
    Malformed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RevocationFeed {
    /// Over the given ports; no token lives longer than `longest_token`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, longest_token: Duration) -> Self {
        Self { store, clock, longest_token, head: Mutex::default() }
    }

    /// What came after this position; everything without one, or where it is that of another or an older database.
    ///
    /// # Errors
    /// As [`FeedError`] says.
    pub async fn page(&self, since: Option<&str>) -> Result<FeedPage, FeedError> {
        let position = since.map(|text| FeedPosition::parse(text).ok_or(FeedError::Malformed)).transpose()?;
        let has_position = position.is_some();
        let head = advance(Arc::clone(&self.store)).await?;
        let life = self.longest_token.max(head.token_life);
        let (living, database, end) = (self.clock.now() - life, head.database.clone(), head.number);
        let read = self.store.read(move |r| {
            let known = match position.as_ref().filter(|position| position.number <= end) {
                Some(position) => position.is_of(&database, r.revocations().find_revocation(position.number)?.as_ref()),
                None => false,
            };
            let from = position.as_ref().filter(|_| known).map_or(0, |position| position.number);
            Ok::<_, StoreError>((known, r.revocations().revocations_after(from, living, PAGE)?))
        });
        let (is_known, found) = read.await?;
        Ok(page_of(&found, &head, life, has_position && !is_known))
    }

    /// Whether something came after this position, which [`FeedPage::next`] has told. For those who wait and ask again
    /// and again: of many the store is asked once.
    ///
    /// # Errors
    /// As [`FeedError`] says.
    pub async fn has_news(&self, position: &str) -> Result<bool, FeedError> {
        let head = self.read_head().await.map_err(|error| error.to_copy())?;
        Ok(end_of(&head).to_string() != position)
    }

    fn read_head(&self) -> HeadReading {
        let now = self.clock.now();
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |(reading, at): &&(HeadReading, Timestamp)| {
            *at <= now && now < *at + HEAD_LIFETIME && !matches!(reading.peek(), Some(Err(_)))
        };
        if let Some((reading, _)) = head.as_ref().filter(is_fresh) {
            return reading.clone();
        }
        let read: BoxFuture<'static, _> = Box::pin(advance(Arc::clone(&self.store)).map(|head| head.map_err(Arc::new)));
        let reading = read.shared();
        *head = Some((reading.clone(), now));
        reading
    }
}

/// The end of the feed, once everything has its position.
async fn advance(store: Arc<dyn Store>) -> Result<FeedHead, StoreError> {
    let (mut head, mut has_unnumbered) = store.read(|r| r.revocations().feed_head()).await?;
    while has_unnumbered {
        let numbered = store.write(|r| {
            r.revocations().number_revocations(BATCH)?;
            r.revocations().feed_head()
        });
        (head, has_unnumbered) = numbered.await?;
    }
    Ok(head)
}

fn end_of(head: &FeedHead) -> FeedPosition {
    FeedPosition::new(&head.database, head.number, head.last.as_ref())
}

fn page_of(found: &[Revocation], head: &FeedHead, life: Duration, is_reset: bool) -> FeedPage {
    let has_more = found.len() >= PAGE as usize;
    let last = found.last().filter(|_| has_more);
    let next = last.map_or_else(|| end_of(head), |last| FeedPosition::new(&head.database, last.number, Some(last)));
    let mut page = FeedPage { sessions: Vec::new(), users: Vec::new(), next: next.to_string(), is_reset, has_more };
    for Revocation { revoked, at, .. } in found {
        match revoked {
            // Rounded up.
            Revoked::Session(id) => page.sessions.push((id.clone(), (*at + life).timestamp() + 1)),
            Revoked::User { id, not_before } => page.users.push((id.get(), *not_before)),
        }
    }
    page
}
