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

/// The most characters of a line of prose, as in the pages that people write.
const MOST: usize = 140;

/// A page whose longer lines of prose are parted, at spaces and behind the commas of Chinese lists, outside code.
pub(crate) fn wrapped(page: &str) -> String {
    let mut in_block = false;
    let line = |line: &str| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        let is_prose = !in_block && !is_fence && !line.starts_with(['|', '#', '<']);
        if is_prose { parted(line) } else { line.to_owned() }
    };
    page.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn parted(line: &str) -> String {
    // An item of a list goes on below its text.
    let indent = if line.starts_with("- ") { 2 } else { 0 };
    let (mut lines, mut rest) = (String::new(), line.to_owned());
    while let Some(place) = last_place(&rest, indent) {
        lines = lines + rest[..place].trim_end() + "\n";
        rest = " ".repeat(indent) + rest[place..].trim_start();
    }
    lines + &rest
}

/// Where a line that is too long is parted.
fn last_place(line: &str, indent: usize) -> Option<usize> {
    if line.chars().count() <= MOST {
        return None;
    }
    let (mut found, mut before, mut in_code) = (None, ' ', false);
    for (place, character) in line.char_indices().take(MOST + 1) {
        if !in_code && place > indent && (character == ' ' || before == '、') {
            found = Some(place);
        }
        in_code ^= character == '`';
        before = character;
    }
    found
}
