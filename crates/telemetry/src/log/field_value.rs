use std::fmt::{self, Debug, Display};

use tracing::field::{Field, Visit};

/// The value of a field of an event, while the event is read.
pub(super) enum FieldValue<'a> {
    Text(&'a str),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Truth(bool),
    Shown(&'a dyn Debug),
}

/// Calls a function with each field of an event.
pub(super) struct EachField<F>(pub(super) F);

impl<F: FnMut(&'static str, FieldValue<'_>)> Visit for EachField<F> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0(field.name(), FieldValue::Text(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0(field.name(), FieldValue::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0(field.name(), FieldValue::Unsigned(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0(field.name(), FieldValue::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0(field.name(), FieldValue::Truth(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0(field.name(), FieldValue::Shown(value));
    }
}

impl Display for FieldValue<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Signed(number) => Display::fmt(number, formatter),
            Self::Unsigned(number) => Display::fmt(number, formatter),
            Self::Float(number) => Debug::fmt(number, formatter),
            Self::Truth(truth) => Display::fmt(truth, formatter),
            Self::Shown(value) => Debug::fmt(value, formatter),
        }
    }
}
