use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache as Entries;
use ore_domain::BoxFuture;
use ore_services::Cache;

/// What an entry takes beside its key and its value, in bytes.
const OVERHEAD: usize = 128;

/// Keeps values in the memory of this process. What is used least makes room.
pub struct MemoryCache(Entries<String, Arc<Entry>>);

struct Entry {
    value: Vec<u8>,
    lifetime: Duration,
}

/// Each entry ends by itself, and begins anew when it is replaced.
struct OwnLifetime;

impl MemoryCache {
    /// Takes no more than about `max_bytes`.
    pub fn new(max_bytes: u64) -> Self {
        let weigh = |key: &String, entry: &Arc<Entry>| {
            (OVERHEAD + key.len() + entry.value.len()).try_into().unwrap_or(u32::MAX)
        };
        Self(Entries::builder().max_capacity(max_bytes).weigher(weigh).expire_after(OwnLifetime).build())
    }
}

impl Cache for MemoryCache {
    fn get(&self, key: &str) -> BoxFuture<'_, Option<Vec<u8>>> {
        let value = self.0.get(key).map(|entry| entry.value.clone());
        Box::pin(async move { value })
    }

    fn set(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> BoxFuture<'_, ()> {
        self.0.insert(key.to_owned(), Arc::new(Entry { value, lifetime }));
        Box::pin(async {})
    }

    fn remove(&self, key: &str) -> BoxFuture<'_, ()> {
        self.0.invalidate(key);
        Box::pin(async {})
    }
}

impl Expiry<String, Arc<Entry>> for OwnLifetime {
    fn expire_after_create(&self, _: &String, entry: &Arc<Entry>, _: Instant) -> Option<Duration> {
        Some(entry.lifetime)
    }

    fn expire_after_update(&self, _: &String, entry: &Arc<Entry>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.lifetime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_more_is_kept_than_there_is_room_for() {
        let cache = MemoryCache::new(10_000);
        for number in 0..100 {
            cache.set(&format!("{number:03}"), vec![0; 997 - OVERHEAD], Duration::from_hours(1)).await;
        }
        cache.0.run_pending_tasks();
        assert_eq!((cache.0.entry_count(), cache.0.weighted_size()), (10, 10_000));
        cache.set("large", vec![0; 10_000], Duration::from_hours(1)).await;
        cache.0.run_pending_tasks();
        assert_eq!(cache.get("large").await, None);
    }
}
