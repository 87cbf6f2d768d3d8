/// The context that a thread of a pool keeps between pieces of work.
pub trait WorkerContext: Send + 'static {
    /// No further work waits.
    fn on_idle(&mut self) {}

    /// The thread has had nothing to do for a while.
    fn on_idle_timeout(&mut self) {}
}

impl WorkerContext for () {}

/// A piece of work.
pub(super) type Job<C> = Box<dyn FnOnce(&mut C) + Send>;
