use std::cell::Cell;

/// The state that a connection shares with its requests. Each request finds it in the data of its connection, behind an
/// `Rc`.
///
/// The parser gets one request at a time, so there is one phase. The phase follows from what the parser did: it called
/// the service, ended a body, or dropped an answer. Nothing else decides whether the client has a deadline.
#[derive(Debug, Default)]
pub(crate) struct ConnectionState {
    phase: Cell<Phase>,
    requests: Cell<u64>,
    /// Whether the parser has to act before it gets more bytes.
    waits_for_parser: Cell<bool>,
    closes: Cell<bool>,
    body_is_late: Cell<bool>,
}

/// The state for which the connection waits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The next request, whether or not its head has started.
    #[default]
    Head,
    /// The rest of a body: a number of bytes, or up to an end that the parser finds.
    Body { left: Option<u64> },
    /// The end of an answer.
    Answer,
    /// Nothing: no further request is served.
    Closing { body_is_unread: bool },
}

/// The number of bytes that the parser may have now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadLimit {
    Nothing,
    /// Up to the next empty line, with which every head ends.
    EmptyLine,
    /// Up to the next line end, with which every chunked body ends, whatever its lines contain.
    LineEnd,
    Bytes(u64),
}

impl ConnectionState {
    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// The number of requests that have started, which means that their heads were complete.
    pub(super) fn requests(&self) -> u64 {
        self.requests.get()
    }

    pub(super) fn read_limit(&self) -> ReadLimit {
        match self.phase.get() {
            _ if self.waits_for_parser.get() => ReadLimit::Nothing,
            Phase::Head => ReadLimit::EmptyLine,
            Phase::Body { left: None } => ReadLimit::LineEnd,
            Phase::Body { left: Some(left @ 1..) } => ReadLimit::Bytes(left),
            Phase::Body { left: Some(0) } | Phase::Answer | Phase::Closing { .. } => ReadLimit::Nothing,
        }
    }

    /// The parser has got bytes. The last one may be the end that it was waiting for.
    pub(super) fn hand_out(&self, bytes: usize, may_be_end: bool) {
        if let Phase::Body { left: Some(left) } = self.phase.get() {
            self.phase.set(Phase::Body { left: Some(left.saturating_sub(bytes as u64)) });
        } else {
            self.waits_for_parser.set(may_be_end);
        }
    }

    /// The parser has seen all bytes of a head that it got.
    pub(super) fn parser_has_acted(&self) {
        if self.phase.get() == Phase::Head {
            self.waits_for_parser.set(false);
        }
    }

    /// The service has a request. The connection waits for its body or its answer.
    pub(super) fn begin_request(&self, phase: Phase) {
        self.requests.set(self.requests.get() + 1);
        self.phase.set(phase);
        // Another request may follow the end of a chunked body, so chunks are read only when a handler wants them.
        self.waits_for_parser.set(phase == Phase::Body { left: None });
    }

    /// The handler has read everything that the parser has of the body.
    pub(super) fn body_is_read(&self) {
        self.waits_for_parser.set(false);
    }

    pub(super) fn end_body(&self) {
        if matches!(self.phase.get(), Phase::Body { .. }) {
            self.phase.set(Phase::Answer);
        }
    }

    /// Whether the client still has to send a part of the body, as far as is known.
    pub(super) fn body_is_unread(&self) -> bool {
        matches!(self.phase.get(), Phase::Body { left } if left != Some(0))
    }

    /// Whether a body that ended too early was cut by its deadline.
    pub(super) fn body_is_late(&self) -> bool {
        self.body_is_late.get()
    }

    pub(super) fn give_up_body(&self) {
        self.body_is_late.set(true);
    }

    /// The answer says that it is the last.
    pub(super) fn close_after_answer(&self) {
        self.closes.set(true);
    }

    /// The whole answer has been handed over to the send buffer.
    pub(super) fn end_answer(&self) {
        let body_is_unread = self.body_is_unread();
        self.phase.set(if self.closes.get() { Phase::Closing { body_is_unread } } else { Phase::Head });
        self.waits_for_parser.set(false);
    }
}
