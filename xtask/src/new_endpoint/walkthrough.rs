//! `docs/adding-an-endpoint.md` shows what the command writes.

use std::collections::BTreeMap;

use super::endpoint::Endpoint;
use super::places::{FILES, LINES};
use super::templates::Templates;
use crate::workspace;

const PAGES: [&str; 2] = ["docs/adding-an-endpoint.md", "docs/zh-CN/adding-an-endpoint.md"];

/// What makes the code of the pages, and stands on them.
const COMMAND: &str =
    "cargo xtask new-endpoint note --field title:string:200 --field done:bool --field 'due_at:timestamp?'";

/// Everything that the command would write for the endpoint of the pages, by file, whether or not there is one of that
/// name here.
fn written() -> BTreeMap<String, String> {
    let fields =
        COMMAND.split(" --field ").skip(1).map(|field| field.trim_matches('\'').to_owned()).collect::<Vec<_>>();
    let templates = Templates::new(&Endpoint::new("note", None, &fields).unwrap(), "…_create_notes").unwrap();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (path, template) in FILES.into_iter().chain(LINES.map(|(path, _, template)| (path, template))) {
        texts.entry(templates.render(path).unwrap()).or_default().push_str(&templates.render(template).unwrap());
    }
    texts
}

/// The path and the rest of every block of code that names a file in its first line.
fn blocks(text: &str) -> Vec<(String, String)> {
    let block = |block: &str| {
        let (path, code) = block.split_once('\n')?.1.split_once('\n')?;
        Some((path.trim_start_matches(['/', '-', ' ']).to_owned(), code.to_owned()))
    };
    text.split("\n```").skip(1).step_by(2).filter(|block| !block.starts_with("sh\n")).filter_map(block).collect()
}

/// Without what rustfmt decides.
fn bare(code: &str) -> String {
    code.chars().filter(|character| !character.is_whitespace() && *character != ',').collect()
}

#[test]
fn the_code_of_the_pages_is_what_the_command_on_them_writes() {
    let written = written();
    for page in PAGES {
        let text = fs_err::read_to_string(workspace::root().join(page)).unwrap();
        assert!(text.contains(COMMAND), "{page}");
        let blocks = blocks(&text);
        assert!(blocks.len() >= 11, "{page} has lost code: {} blocks are left", blocks.len());
        for (path, code) in blocks {
            let text = written.get(&path).unwrap_or_else(|| panic!("{page}: the command does not write {path}"));
            assert!(bare(text).contains(&bare(&code)), "{page}: {path} has no such code:\n{code}");
        }
    }
}
