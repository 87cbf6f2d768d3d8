use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process wants requests. Asking costs nothing and waits for nothing.
#[derive(Debug, Default)]
pub struct Readiness {
    store_is_ready: AtomicBool,
    has_schema: AtomicBool,
    is_draining: AtomicBool,
}

impl Readiness {
    /// Not ready until told otherwise.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Whether the load balancer should send requests.
    pub fn is_ready(&self) -> bool {
        self.store_is_ready.load(Ordering::Relaxed) && !self.is_draining()
    }

    /// Whether the process is ending.
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// The process is ending: it serves what still comes, and wants no more.
    pub fn start_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Whether the store has been ready since the process began, and so has the schema that this version needs. An
    /// outage does not change that.
    pub fn has_schema(&self) -> bool {
        self.has_schema.load(Ordering::Relaxed)
    }

    /// Records how the store is; answers whether that is news.
    pub fn set_store_ready(&self, ready: bool) -> bool {
        self.has_schema.fetch_or(ready, Ordering::Relaxed);
        self.store_is_ready.swap(ready, Ordering::Relaxed) != ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_with_its_store_and_until_it_drains() {
        let readiness = Readiness::new();
        assert!(!readiness.is_ready() && !readiness.has_schema());
        assert!(readiness.set_store_ready(true) && readiness.is_ready());
        assert!(!readiness.set_store_ready(true));
        readiness.start_draining();
        assert!(!readiness.is_ready());
    }

    #[test]
    fn an_outage_does_not_take_the_schema_away() {
        let readiness = Readiness::new();
        readiness.set_store_ready(true);
        readiness.set_store_ready(false);
        assert!(readiness.has_schema() && !readiness.is_ready());
    }
}
