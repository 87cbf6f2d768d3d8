use std::hash::Hash;

use quick_cache::sync::{Cache, EntryAction, EntryResult};

/// What is cached under a key, if it is valid, and else what `start` makes: once for all who ask at the same time.
/// Tells whether it was made now.
pub(crate) fn get_or_start<K: Hash + Eq + Clone, V: Clone>(
    cache: &Cache<K, V>,
    key: &K,
    is_valid: impl Fn(&V) -> bool,
    start: impl FnOnce() -> V,
) -> (V, bool) {
    if let Some(value) = cache.get(key).filter(&is_valid) {
        return (value, false);
    }
    let decide = |_: &K, value: &mut V| {
        if is_valid(value) { EntryAction::Retain(value.clone()) } else { EntryAction::ReplaceWithGuard }
    };
    match cache.entry(key, None, decide) {
        EntryResult::Retained(value) => (value, false),
        EntryResult::Replaced(place, _) | EntryResult::Vacant(place) => {
            let value = start();
            // Refused where it was removed meanwhile: then it is for this caller alone.
            let _ = place.insert(value.clone());
            (value, true)
        }
        EntryResult::Removed(..) | EntryResult::Timeout => (start(), true),
    }
}
