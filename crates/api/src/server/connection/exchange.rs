use std::cell::Cell;

/// What a connection and the requests on it tell each other; each request finds it in its connection's data, behind
/// an `Rc`.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    answers: Cell<u64>,
    body_is_late: Cell<bool>,
}

impl Exchange {
    /// Whether the body that ended too soon was cut by its deadline.
    pub(crate) fn body_is_late(&self) -> bool {
        self.body_is_late.get()
    }

    pub(super) fn give_up_the_body(&self) {
        self.body_is_late.set(true);
    }

    /// How many requests have been answered, as far as the buffer from which answers are sent.
    pub(super) fn answers(&self) -> u64 {
        self.answers.get()
    }

    pub(super) fn count_answer(&self) {
        self.answers.set(self.answers.get() + 1);
    }
}
