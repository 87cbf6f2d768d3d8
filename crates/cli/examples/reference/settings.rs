//! The page of settings.

use std::error::Error;

use ore_settings::{CATALOGUE, DefaultValue, Listing, Overrides, SettingSpec, Settings, Sources, ValueType};

use crate::markdown::{block, code, codes};
use crate::page::Parts;
use crate::texts::Texts;

pub(crate) fn parts(texts: &Texts) -> Result<Parts, Box<dyn Error>> {
    let secrets = CATALOGUE.iter().filter(|spec| spec.is_secret()).map(SettingSpec::variable);
    Ok(vec![
        ("listing", block("console", &listing())),
        ("faults", block("", &faults(&[("BACKEND_PORT", "80000"), ("BACKEND_DEBGU", "true")]))),
        ("faults-in-production", block("", &faults(&[("BACKEND_ENVIRONMENT", "production")]))),
        ("secrets", codes(secrets, &texts.text("list-separator")?)),
        ("overview", overview(texts)?),
        ("settings", groups().map(|group| section(texts, group)).collect::<Result<_, _>>()?),
    ])
}

/// Sources without files: there is no such directory.
fn sources(environment: &[(&str, &str)]) -> Sources {
    Sources::new(environment.iter().copied(), "no-such-directory", Overrides::default())
}

/// Some lines of what `workflow-server config` prints.
fn listing() -> String {
    let listing = Listing::of(&sources(&[("BACKEND_PORT", "9000"), ("BACKEND_SECRET_KEY", "hidden")])).to_string();
    let shown = ["BACKEND_PORT ", "BACKEND_LOG_LEVEL ", "BACKEND_SECRET_KEY "];
    let lines = listing.lines().filter(|line| shown.iter().any(|start| line.starts_with(start)));
    let lines: Vec<&str> = ["$ workflow-server config"].into_iter().chain(lines).collect();
    lines.join("\n")
}

fn faults(environment: &[(&str, &str)]) -> String {
    Settings::load(&sources(environment)).map_or_else(|faults| faults.to_string(), |_| String::new())
}

/// Each group with links to its settings.
fn overview(texts: &Texts) -> Result<String, String> {
    let separator = texts.text("list-separator")?;
    let line = |group: &[SettingSpec]| {
        let links = group.iter().map(|spec| {
            let variable = spec.variable();
            format!("[{}](#{})", code(&variable), variable.to_lowercase())
        });
        let links = links.collect::<Vec<_>>().join(&separator);
        Ok(format!("- {}\n", texts.text_with("overview-line", &[("group", &title(texts, group)?), ("links", &links)])?))
    };
    groups().map(line).collect()
}

/// The settings of each group.
fn groups() -> impl Iterator<Item = &'static [SettingSpec]> {
    CATALOGUE.chunk_by(|one, next| one.group == next.group)
}

fn title(texts: &Texts, group: &[SettingSpec]) -> Result<String, String> {
    let title = group[0].group;
    texts.translated(&format!("group-{}", title.replace(' ', "-")), title)
}

fn section(texts: &Texts, group: &[SettingSpec]) -> Result<String, String> {
    let entries = group.iter().map(|spec| entry(texts, spec)).collect::<Result<String, _>>()?;
    Ok(format!("## {}\n\n{entries}", title(texts, group)?))
}

fn entry(texts: &Texts, spec: &SettingSpec) -> Result<String, String> {
    let mut facts = vec![
        texts.text_with("fact-form", &[("form", &form(texts, spec.value_type)?)])?,
        texts.text_with("fact-default", &[("default", &default(texts, spec)?)])?,
    ];
    if !matches!(spec.default, DefaultValue::Text(text) if text == spec.example) {
        facts.push(texts.text_with("fact-example", &[("example", &code(spec.example))])?);
    }
    if let Some(file) = spec.file_variable() {
        facts.push(texts.text_with("fact-secret", &[("file", &code(&file))])?);
    }
    let facts = facts.iter().fold(String::new(), |list, fact| list + "- " + fact + "\n");
    let why = texts.translated(&spec.variable(), spec.description)?;
    Ok(format!("### {}\n\n{why}\n\n{facts}\n", code(&spec.variable())))
}

fn form(texts: &Texts, value_type: ValueType) -> Result<String, String> {
    match value_type {
        ValueType::Number(least, most, _) => {
            texts.text_with("form-number", &[("least", &least.to_string()), ("most", &most.to_string())])
        }
        ValueType::Choice(_, words) => {
            texts.text_with("form-choice", &[("words", &codes(words, &texts.text("list-separator")?))])
        }
        ValueType::Seconds(most) => texts.text_with("form-seconds", &[("most", &most.to_string())]),
        ValueType::Text(kind) | ValueType::Secret(kind) => texts.text(&format!("form-{kind}")),
    }
}

fn default(texts: &Texts, spec: &SettingSpec) -> Result<String, String> {
    match spec.default {
        DefaultValue::Text(text) => Ok(code(text)),
        DefaultValue::In(environment, text, Some(elsewhere)) => {
            let identifier = format!("default-in-{environment}");
            texts.text_with(&identifier, &[("text", &code(text)), ("elsewhere", &code(elsewhere))])
        }
        DefaultValue::In(environment, text, None) => {
            texts.text_with(&format!("default-only-in-{environment}"), &[("text", &code(text))])
        }
        DefaultValue::Cores => texts.text("default-cores"),
        DefaultValue::TwiceCores => texts.text("default-twice-cores"),
        DefaultValue::NotSet => texts.text("default-not-set"),
        DefaultValue::Unset(words) => texts.translated(&format!("default-{}", spec.name), words),
    }
}
