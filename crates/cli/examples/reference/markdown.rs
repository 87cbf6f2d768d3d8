//! Pieces of Markdown that GitHub and mdBook show alike.

/// Text as it stands: what would be markup is escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_[]<>|".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A sentence out of the code, which has no markup: names of files, paths, flags and patterns become code.
pub(crate) fn sentence(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn word(text: &str) -> String {
    let bare = text.trim_end_matches([',', ';', '.', ':']);
    let is_code = bare.starts_with(['.', '/']) || bare.starts_with("--") || bare.contains("://") || bare.contains('*');
    if is_code { code(bare) + &text[bare.len()..] } else { plain(text) }
}

/// A piece of code inside a line. Made for values, which hold no back-tick.
pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Pieces of code, one after the other.
pub(crate) fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, separator: &str) -> String {
    texts.into_iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(separator)
}

/// A block of code; without a language it is plain text.
pub(crate) fn block(language: &str, text: &str) -> String {
    let language = if language.is_empty() { "text" } else { language };
    format!("```{language}\n{}\n```", text.trim_end())
}

/// A table. A bar would end a cell even within code, so it is escaped everywhere.
pub(crate) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escape_bars(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    rows.iter().fold(line(head) + &rule, |table, row| table + &line(row))
}

fn escape_bars(cell: &str) -> String {
    let mut escaped = String::with_capacity(cell.len());
    let mut before = ' ';
    for character in cell.chars() {
        if character == '|' && before != '\\' {
            escaped.push('\\');
        }
        escaped.push(character);
        before = character;
    }
    escaped
}
