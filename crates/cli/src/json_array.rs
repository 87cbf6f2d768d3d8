use serde::Serialize;

use crate::Failure;
use crate::console::print;

/// A JSON array, printed an item a line as its parts come.
#[derive(Default)]
pub(crate) struct JsonArray {
    has_items: bool,
}

impl JsonArray {
    pub(crate) fn print(&mut self, items: impl IntoIterator<Item = impl Serialize>) -> Result<(), Failure> {
        let mut text = String::new();
        for item in items {
            text.push_str(if self.has_items { ",\n" } else { "[\n" });
            self.has_items = true;
            text.push_str(&serde_json::to_string(&item).map_err(Failure::because)?);
        }
        print(&text)
    }

    pub(crate) fn end(self) -> Result<(), Failure> {
        print(if self.has_items { "\n]\n" } else { "[]\n" })
    }
}

/// The whole array at once.
pub(crate) fn print_array(items: impl IntoIterator<Item = impl Serialize>) -> Result<(), Failure> {
    let mut array = JsonArray::default();
    array.print(items)?;
    array.end()
}
