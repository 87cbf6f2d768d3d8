use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ore_domain::Locale;
use ore_settings::{Overrides, Settings, Sources};
use tempfile::TempDir;

use crate::errors::NOT_YET;
use crate::markdown::{plain, sentence, table, wrapped};
use crate::page::{Page, fill};
use crate::texts::Texts;

const LOCALES: [Locale; 2] = [Locale::En, Locale::ZhCn];

fn defined(locale: Locale) -> BTreeSet<String> {
    let lines = Texts::source(locale).lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
}

#[test]
fn every_text_of_each_language_is_there_and_on_a_page() {
    for locale in LOCALES {
        let texts = Texts::load(locale).unwrap();
        for (page, _) in Page::ALL.iter().filter(|(_, locales)| locales.contains(&locale)) {
            page.render(&texts).unwrap_or_else(|error| panic!("{}: {error}", page.name()));
        }
        assert_eq!(texts.used(), defined(locale), "{locale}");
    }
}

#[test]
fn a_page_has_a_template_in_each_of_its_languages_and_in_no_other() {
    for (page, locales) in Page::ALL {
        for locale in LOCALES {
            assert_eq!(page.template(locale).is_some(), locales.contains(&locale), "{} {locale}", page.name());
        }
    }
}

/// Text between the first fence of the language and the next fence.
fn example<'a>(template: &'a str, language: &str) -> &'a str {
    let (_, rest) = template.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_example_files_are_taken_as_they_stand() {
    for locale in LOCALES {
        let template = Page::Settings.template(locale).unwrap();
        let directory = TempDir::new().unwrap();
        let file = |name: &str| directory.path().join(name);
        fs::write(file("key"), "f3b1c9d07e5a48d2b6a4e8f09c1d7352\n").unwrap();
        let toml = example(template, "toml").replace("/run/secrets/secret_key", "key");
        fs::write(file("settings.toml"), toml).unwrap();
        let load = || {
            let environment = [("BACKEND_CONFIG_FILE", "settings.toml")];
            Settings::load(&Sources::new(environment, directory.path(), Overrides::default())).unwrap()
        };
        let settings = load();
        assert!(settings.app.environment.is_production() && !settings.database.auto_migrate);
        assert_eq!(settings.server.port, 9000);

        fs::write(file(".env"), example(template, "sh")).unwrap();
        let settings = load();
        assert_eq!((settings.app.name.as_str(), settings.server.port), ("MyApp API", 9000));
        assert!(settings.server.allowed_origins.names("https://admin.example.com"));
    }
}

/// The code of every file below the directory but the table of errors itself, without tests.
fn sources_outside_the_table(directory: &Path) -> String {
    let mut code = String::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code.push_str(&sources_outside_the_table(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("errors/src/problem.rs") {
            let text = fs::read_to_string(&path).unwrap();
            code.push_str(text.split("#[cfg(test)]").next().unwrap());
        }
    }
    code
}

#[test]
fn the_errors_that_nothing_answers_with_yet_are_those_that_no_code_names() {
    use ore_errors::Problem;

    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let code: String = ["api", "errors", "extract", "openapi", "web"]
        .iter()
        .map(|name| sources_outside_the_table(&crates.join(name).join("src")))
        .collect();
    let names = |problem: Problem| {
        let name = format!("Problem::{problem:?}");
        code.split(&name).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let unnamed: Vec<Problem> = Problem::ALL.iter().copied().filter(|problem| !names(*problem)).collect();
    assert_eq!(unnamed, NOT_YET);
}

#[test]
fn a_template_and_its_parts_fit_each_other_or_are_refused() {
    let parts = [("a", "one\n".to_owned())];
    assert_eq!(fill("<{{a}}> {{a}}", &parts).unwrap(), "<one> one");
    assert_eq!(fill("{{b}}", &parts).unwrap_err(), "the template names b, which there is not");
    assert_eq!(fill("", &parts).unwrap_err(), "the template lacks a");
    assert!(fill("{{a", &parts).is_err());
}

#[test]
fn a_bar_does_not_end_its_cell() {
    let rows = [vec!["`a|b`".to_owned(), plain("c|d")]];
    assert_eq!(table(&["x".to_owned(), "y".to_owned()], &rows), "| x | y |\n|---|---|\n| `a\\|b` | c\\|d |\n");
}

#[test]
fn plain_text_is_no_markup() {
    assert_eq!(plain("a_b *c* <d> [e](f)"), r"a\_b \*c\* \<d\> \[e\](f)");
}

#[test]
fn names_within_a_sentence_are_code() {
    assert_eq!(
        sentence("Serve /docs, .env and --host; * is a|b."),
        r"Serve `/docs`, `.env` and `--host`; `*` is a\|b."
    );
}

#[test]
fn a_long_line_of_prose_is_parted_outside_code() {
    let word = "a".repeat(69);
    let line = |text: &str| wrapped(&format!("{text}\n"));
    assert_eq!(line(&format!("{word} {word} b")), format!("{word} {word}\nb\n"));
    assert_eq!(line(&format!("- {word} `{word} c` b")), format!("- {word}\n  `{word} c` b\n"));
    assert_eq!(line(&format!("{word}、`{word}`、`b`")), format!("{word}、\n`{word}`、`b`\n"));
    for kept in [format!("| {word} {word} b |"), format!("```text\n{word} {word} b\n```"), word.repeat(3)] {
        assert_eq!(line(&kept), format!("{kept}\n"));
    }
}
