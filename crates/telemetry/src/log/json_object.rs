use std::fmt::{Display, Write};

use serde::Serialize;

use super::escape;

/// One JSON object as it is written, field by field.
///
/// `serde_json` looks at each byte of each name and text; nearly all of those in a log hold nothing to be escaped, which
/// is told of many bytes at once.
pub(super) struct JsonObject {
    json: String,
    shown: String,
}

impl JsonObject {
    /// Without fields.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut json = String::with_capacity(bytes);
        json.push('{');
        Self { json, shown: String::new() }
    }

    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        push_string(&mut self.json, text);
    }

    /// Adds what a value shows itself as.
    pub(super) fn shown(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.shown.clear();
        // Fails where the value does; what it has shown until then is better than nothing.
        let _ = write!(self.shown, "{value}");
        push_string(&mut self.json, &self.shown);
    }

    /// Adds a number or a truth value.
    pub(super) fn plain(&mut self, name: &str, value: impl Serialize) {
        self.name(name);
        self.json.push_str(&serde_json::to_string(&value).unwrap_or_else(|_| "null".to_owned()));
    }

    /// The object, whole.
    pub(super) fn end(mut self) -> String {
        self.json.push('}');
        self.json
    }

    fn name(&mut self, name: &str) {
        if !self.json.ends_with('{') {
            self.json.push(',');
        }
        push_string(&mut self.json, name);
        self.json.push(':');
    }
}

fn push_string(json: &mut String, text: &str) {
    let needs_nothing = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().fold(true, |all, byte| all & needs_nothing(byte)) {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&escape::json(&serde_json::to_string(text).unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn fields_stand_in_their_order() {
        let mut object = JsonObject::with_capacity(0);
        object.text("text", "a b");
        object.shown("shown", format_args!("{}", "c"));
        object.plain("number", 0.5);
        object.plain("truth", true);
        object.plain("no number", f64::NAN);
        assert_eq!(object.end(), r#"{"text":"a b","shown":"c","number":0.5,"truth":true,"no number":null}"#);
        assert_eq!(JsonObject::with_capacity(0).end(), "{}");
    }

    #[test]
    fn a_name_that_ends_like_the_beginning_is_followed_by_a_comma() {
        let mut object = JsonObject::with_capacity(0);
        object.text("{", "{");
        object.text("a", "b");
        assert_eq!(object.end(), r#"{"{":"{","a":"b"}"#);
    }

    proptest! {
        #[test]
        fn every_text_reads_back_as_it_was(name: String, text: String) {
            let mut object = JsonObject::with_capacity(0);
            object.text(&name, &text);
            object.shown("", &text);
            let line = object.end();
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&value, &if name.is_empty() { json!({"": text}) } else { json!({name: text.clone(), "": text}) });
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
