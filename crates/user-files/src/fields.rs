/// The fields of a row by the names of their columns; an empty one counts as missing.
pub(crate) struct Fields<'a> {
    pub(crate) columns: &'a [Option<&'static str>],
    pub(crate) values: &'a [&'a str],
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let index = self.columns.iter().position(|column| *column == Some(name))?;
        self.values.get(index).copied().filter(|value| !value.is_empty())
    }
}
