//! Links between the pages that mdBook has made.
//!
//! `cargo xtask lint` checks those of the Markdown files; these are what readers of the pages click on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::{files, matching};

/// All pages on one, and a page for what is not there: made of the others, and not where its links start from.
const DERIVED: [&str; 3] = ["404.html", "print.html", "toc.html"];

/// Names of what a page may lead to, by its path from the book on.
type Pages = BTreeMap<PathBuf, BTreeSet<String>>;

/// Links that lead nowhere, each with its page. Those that leave the book, into the repository, are not looked at, and neither
/// is one directory.
pub(super) fn broken(book: &Path, skipped: &str) -> Result<Vec<String>> {
    let mut texts = BTreeMap::new();
    collect(book, book, skipped, &mut texts)?;
    let names = |text| matching::find_all(r#" id="([^"]*)""#, text).into_iter().map(str::to_owned).collect();
    let pages: Pages = texts.iter().map(|(page, text)| (page.clone(), names(text))).collect();
    let mut broken = Vec::new();
    for (page, text) in texts.iter().filter(|(page, _)| !DERIVED.iter().any(|name| page.ends_with(name))) {
        let links: BTreeSet<&str> = matching::find_all(r#" (?:href|src)="([^"]*)""#, text).into_iter().collect();
        let faulty = links.into_iter().filter(|link| !leads_somewhere(book, page, link, &pages));
        broken.extend(faulty.map(|link| format!("{}: {link}", page.display())));
    }
    Ok(broken)
}

fn collect(book: &Path, directory: &Path, skipped: &str, texts: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    for path in files::list(directory)?.into_iter().filter(|path| *path != book.join(skipped)) {
        if path.is_dir() {
            collect(book, &path, skipped, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            texts.insert(path.strip_prefix(book)?.to_owned(), files::read(&path)?);
        }
    }
    Ok(())
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
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        match piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&piece.as_bytes()[2..]);
            }
            None => bytes.extend([b"%", piece.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::ThrowawayDirectory;

    #[test]
    fn pages_and_headings_that_do_not_exist_are_named_and_links_that_leave_the_book_are_not() {
        let directory = ThrowawayDirectory::for_test();
        let book = directory.path();
        for (file, text) in [
            ("rustdoc/other.html", r#"<a href="nowhere.html">"#),
            (
                "adr/whole.html",
                r##"<a id="x" href="../api.html#%E9%94%99%E8%AF%AF"> <a href="#x"> <img src="whole.html">"##,
            ),
            ("adr/away.html", r#"<a href="../../crates/api"> <a href="https://example.org"> <a href="mailto:x">"#),
            ("adr/broken.html", r##"<a href="../none.html"> <a href="../api.html#none"> <a href="#none">"##),
            ("api.html", r#"<h2 id="错误">"#),
        ] {
            files::write(book.join(file), text).unwrap();
        }
        let expected = ["#none", "../api.html#none", "../none.html"].map(|link| format!("adr/broken.html: {link}"));
        assert_eq!(broken(book, "rustdoc").unwrap(), expected);
    }
}
