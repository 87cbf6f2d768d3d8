//! Links between the pages that mdBook has made.
//!
//! `cargo xtask lint` checks those of the Markdown files; these are what readers of the pages click on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

/// All pages on one, and a page for what is not there: made of the others, and not where its links start from.
const DERIVED: [&str; 3] = ["404.html", "print.html", "toc.html"];

/// Names of what a page may lead to, by its path from the book on.
type Pages = BTreeMap<PathBuf, BTreeSet<String>>;

/// Links that lead nowhere, each with its page. Those that leave the book, into the repository, are not looked at.
pub(super) fn broken(book: &Path, skipped: &[&str]) -> Result<Vec<String>> {
    let (mut texts, mut pages) = (BTreeMap::new(), Pages::new());
    collect(book, Path::new(""), skipped, &mut texts)?;
    for (page, text) in &texts {
        pages.insert(page.clone(), attributes(text, "id").map(str::to_owned).collect());
    }
    let mut broken = Vec::new();
    for (page, text) in texts.iter().filter(|(page, _)| !DERIVED.iter().any(|name| page.ends_with(name))) {
        let links: BTreeSet<&str> = attributes(text, "href").chain(attributes(text, "src")).collect();
        let faulty = links.into_iter().filter(|link| !leads_somewhere(book, page, link, &pages));
        broken.extend(faulty.map(|link| format!("{}: {link}", page.display())));
    }
    Ok(broken)
}

fn collect(book: &Path, directory: &Path, skipped: &[&str], texts: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let place = book.join(directory);
    for entry in fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if !skipped.iter().any(|name| path == Path::new(name)) {
                collect(book, &path, skipped, texts)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(entry.path()).with_context(|| format!("cannot read {}", path.display()))?;
            texts.insert(path, text);
        }
    }
    Ok(())
}

/// The values of an attribute, as mdBook writes it.
fn attributes<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!(" {name}=\"");
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&begin)?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some(value)
    })
}

fn leads_somewhere(book: &Path, page: &Path, link: &str, pages: &Pages) -> bool {
    if link.contains(':') || link.starts_with("//") {
        return true;
    }
    let (path, name) = link.split_once('#').unwrap_or((link, ""));
    let (path, name) = (decoded(path.split('?').next().unwrap_or(path)), decoded(name));
    let target = if path.is_empty() { Some(page.to_owned()) } else { resolved(page, &path) };
    let Some(target) = target else { return true };
    let target = if book.join(&target).is_dir() { target.join("index.html") } else { target };
    match pages.get(&target) {
        Some(names) => name.is_empty() || names.contains(&name),
        None => book.join(&target).is_file(),
    }
}

/// From the book on; `None` when it leads out of the book.
fn resolved(page: &Path, link: &str) -> Option<PathBuf> {
    let mut target = page.parent().unwrap_or(page).to_owned();
    for component in Path::new(link).components() {
        match component {
            Component::Normal(part) => target.push(part),
            Component::ParentDir if !target.pop() => return None,
            _ => {}
        }
    }
    Some(target)
}

/// Without the escapes of URLs (RFC 3986, 2.1) and of HTML.
fn decoded(text: &str) -> String {
    let text = text.replace("&amp;", "&");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped =
            (byte == b'%').then(|| after.get(..2)).flatten().and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(value) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(value);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::{Account, StopSignal, ThrowawayDirectory};

    fn check(page: &str) -> Vec<String> {
        let directory =
            ThrowawayDirectory::create(Account::ourselves(), "ore-xtask-test", "none.pid", StopSignal::Quit).unwrap();
        let book = directory.path();
        fs::create_dir(book.join("adr")).unwrap();
        fs::create_dir(book.join("rustdoc")).unwrap();
        fs::write(book.join("rustdoc/other.html"), r#"<a href="nowhere.html">"#).unwrap();
        fs::write(book.join("adr/one.html"), page).unwrap();
        fs::write(book.join("api.html"), r#"<h2 id="错误">"#).unwrap();
        broken(book, &["rustdoc"]).unwrap()
    }

    #[test]
    fn links_to_pages_and_headings_that_exist_pass() {
        assert!(
            check(r##"<a id="x" href="../api.html#%E9%94%99%E8%AF%AF"> <a href="#x"> <img src="one.html">"##)
                .is_empty()
        );
    }

    #[test]
    fn links_that_leave_the_book_are_not_looked_at() {
        assert!(check(r#"<a href="../../crates/api"> <a href="https://example.org"> <a href="mailto:x">"#).is_empty());
    }

    #[test]
    fn pages_and_headings_that_do_not_exist_are_named() {
        let broken = check(r##"<a href="../none.html"> <a href="../api.html#none"> <a href="#none">"##);
        assert_eq!(broken, ["adr/one.html: #none", "adr/one.html: ../api.html#none", "adr/one.html: ../none.html"]);
    }
}
