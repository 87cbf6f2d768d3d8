use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Cache;

/// Values of one kind, loaded when the [`Cache`] does not have them: by one caller for all who want the same at that
/// time in this process, so that an entry that ends does not send them all to where it comes from.
///
/// Failures are told to all who waited and kept for nobody.
pub struct ReadThrough<T, E> {
    cache: Arc<dyn Cache>,
    prefix: String,
    lifetime: Duration,
    flights: Flights<T, E>,
}

type Load<T, E> = Shared<BoxFuture<'static, Result<T, Arc<E>>>>;
type WeakLoad<T, E> = WeakShared<BoxFuture<'static, Result<T, Arc<E>>>>;

/// The loads that somebody waits for.
struct Flights<T, E>(Arc<Mutex<HashMap<String, WeakLoad<T, E>>>>);

/// A caller that has waited for a load; the last one takes its entry away.
struct Leaving<T, E> {
    key: String,
    flights: Flights<T, E>,
}

impl<T, E> ReadThrough<T, E>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// Keeps values for `lifetime` under keys that begin with `prefix`, which no other kind of value has; another version
    /// of the type is another kind.
    pub fn new(cache: Arc<dyn Cache>, prefix: impl Into<String>, lifetime: Duration) -> Self {
        Self { cache, prefix: prefix.into(), lifetime, flights: Flights(Arc::default()) }
    }

    /// The value of the key, from the cache or loaded.
    ///
    /// # Errors
    /// What `load` says, to everybody who waited for it.
    pub async fn get<F>(&self, key: &str, load: impl FnOnce() -> F) -> Result<T, Arc<E>>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let key = format!("{}{key}", self.prefix);
        // Dropped after the load has been, also when nobody waits any longer.
        let leaving = Leaving { key: key.clone(), flights: self.flights.clone() };
        let begin = || fetch(Arc::clone(&self.cache), key, self.lifetime, load()).boxed().shared();
        leaving.flights.join(&leaving.key, begin).await
    }

    /// Forgets the value of the key. A load that is under way may bring it back as it was, for one lifetime.
    pub async fn remove(&self, key: &str) {
        let key = format!("{}{key}", self.prefix);
        self.flights.lock().remove(&key);
        self.cache.remove(&key).await;
    }
}

async fn fetch<T, E>(
    cache: Arc<dyn Cache>,
    key: String,
    lifetime: Duration,
    load: impl Future<Output = Result<T, E>>,
) -> Result<T, Arc<E>>
where
    T: Serialize + DeserializeOwned,
{
    let kept = cache.get(&key).await;
    if let Some(value) = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        return Ok(value);
    }
    let value = load.await.map_err(Arc::new)?;
    if let Ok(bytes) = serde_json::to_vec(&value) {
        cache.set(&key, bytes, lifetime).await;
    }
    Ok(value)
}

impl<T: Clone, E> Flights<T, E> {
    /// The load of the key that somebody waits for, else a new one.
    fn join(&self, key: &str, begin: impl FnOnce() -> Load<T, E>) -> Load<T, E> {
        let mut flights = self.lock();
        if let Some(load) = flights.get(key).and_then(WeakShared::upgrade) {
            return load;
        }
        let load = begin();
        flights.extend(load.downgrade().map(|weak| (key.to_owned(), weak)));
        load
    }
}

impl<T, E> Flights<T, E> {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, WeakLoad<T, E>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> Clone for Flights<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, E> Drop for Leaving<T, E> {
    fn drop(&mut self) {
        if let Entry::Occupied(entry) = self.flights.lock().entry(std::mem::take(&mut self.key))
            && entry.get().upgrade().is_none()
        {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::task::Poll;

    use futures_util::future::{join_all, poll_immediate};
    use ore_testkit::block_on;

    use super::*;

    /// Keeps everything, for ever, and tells for how long it was to.
    #[derive(Default)]
    struct Kept(Mutex<HashMap<String, (Vec<u8>, Duration)>>);

    impl Cache for Kept {
        fn get(&self, key: &str) -> ore_domain::BoxFuture<'_, Option<Vec<u8>>> {
            let value = self.0.lock().unwrap().get(key).map(|(value, _)| value.clone());
            Box::pin(async move { value })
        }

        fn set(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> ore_domain::BoxFuture<'_, ()> {
            self.0.lock().unwrap().insert(key.to_owned(), (value, lifetime));
            Box::pin(async {})
        }

        fn remove(&self, key: &str) -> ore_domain::BoxFuture<'_, ()> {
            self.0.lock().unwrap().remove(key);
            Box::pin(async {})
        }
    }

    const MINUTE: Duration = Duration::from_mins(1);

    #[derive(Default)]
    struct Scene {
        kept: Arc<Kept>,
        loads: Arc<AtomicUsize>,
    }

    impl Scene {
        fn values(&self) -> ReadThrough<u32, &'static str> {
            ReadThrough::new(Arc::clone(&self.kept) as Arc<dyn Cache>, "number:", MINUTE)
        }

        /// Counts the load and ends it with the result.
        fn load(&self, result: Result<u32, &'static str>) -> impl Future<Output = Result<u32, &'static str>> + use<> {
            let loads = Arc::clone(&self.loads);
            let mut has_started = false;
            // Takes two polls, so that others can join it.
            poll_fn(move |context| {
                if has_started {
                    return Poll::Ready(result);
                }
                has_started = true;
                loads.fetch_add(1, Ordering::Relaxed);
                context.waker().wake_by_ref();
                Poll::Pending
            })
        }

        fn loads(&self) -> usize {
            self.loads.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_value_is_loaded_once_and_kept_under_its_own_name_for_its_lifetime() {
        let scene = Scene::default();
        let values = scene.values();
        for _ in 0..3 {
            assert_eq!(block_on(values.get("a", || scene.load(Ok(7)))), Ok(7));
        }
        assert_eq!(scene.loads(), 1);
        assert_eq!(scene.kept.0.lock().unwrap()["number:a"], (b"7".to_vec(), MINUTE));
        block_on(values.remove("a"));
        assert_eq!(block_on(values.get("a", || scene.load(Ok(8)))), Ok(8));
    }

    #[test]
    fn all_who_want_a_value_at_once_wait_for_one_load() {
        let scene = Scene::default();
        let values = scene.values();
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let load = poll_fn(move |_| if ended.load(Ordering::Relaxed) { Poll::Ready(Ok(7)) } else { Poll::Pending });
        let mut first = Box::pin(values.get("a", || load));
        assert!(block_on(poll_immediate(&mut first)).is_none());
        let others = join_all((0..10).map(|_| values.get("a", || scene.load(Ok(0)))));
        has_ended.store(true, Ordering::Relaxed);
        assert_eq!(block_on(others), vec![Ok(7); 10]);
        assert_eq!((block_on(first), scene.loads()), (Ok(7), 0));
        assert_eq!(values.flights.lock().len(), 0);
    }

    #[test]
    fn a_failure_is_told_to_all_who_waited_and_not_kept() {
        let scene = Scene::default();
        let values = scene.values();
        let both = join_all((0..2).map(|_| values.get("a", || scene.load(Err("away")))));
        assert_eq!(block_on(both), vec![Err(Arc::new("away")); 2]);
        assert_eq!(block_on(values.get("a", || scene.load(Ok(7)))), Ok(7));
        assert_eq!(scene.loads(), 2);
    }

    #[test]
    fn a_load_that_nobody_waits_for_any_longer_holds_nobody_up() {
        let scene = Scene::default();
        let values = scene.values();
        let mut gone = Box::pin(values.get("a", std::future::pending));
        assert!(block_on(poll_immediate(&mut gone)).is_none());
        drop(gone);
        assert_eq!(values.flights.lock().len(), 0);
        assert_eq!(block_on(values.get("a", || scene.load(Ok(7)))), Ok(7));
    }

    #[test]
    fn what_is_kept_in_another_form_is_loaded_anew() {
        let scene = Scene::default();
        block_on(scene.kept.set("number:a", b"[]".to_vec(), MINUTE));
        assert_eq!(block_on(scene.values().get("a", || scene.load(Ok(7)))), Ok(7));
    }
}
