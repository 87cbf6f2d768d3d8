//! The page of settings.

use std::error::Error;

use ore_settings::{
    CATALOGUE, DefaultValue, Listing, Overrides, SettingGroup, SettingSpec, Settings, Sources, ValueType,
};

use crate::markdown::{block, code, codes};
use crate::page::Parts;
use crate::texts::Texts;

/// The words of the catalogue for a setting that has no value unless it is given one.
const NOT_SET: &str = "not set";

pub(crate) fn parts(texts: &Texts) -> Result<Parts, Box<dyn Error>> {
    let secrets = CATALOGUE.iter().filter(|spec| spec.secret).map(SettingSpec::variable);
    Ok(vec![
        ("listing", block("console", &listing())),
        ("faults", block("", &faults(&[("BACKEND_PORT", "80000"), ("BACKEND_DEBGU", "true")]))),
        ("faults-in-production", block("", &faults(&[("BACKEND_ENVIRONMENT", "production")]))),
        ("secrets", codes(secrets, &texts.text("list-separator")?)),
        ("overview", overview(texts)?),
        ("settings", SettingGroup::ALL.iter().map(|group| section(texts, *group)).collect::<Result<_, _>>()?),
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
    let line = |group: &SettingGroup| {
        let links = of_group(*group).map(|spec| {
            let variable = spec.variable();
            format!("[{}](#{})", code(&variable), variable.to_lowercase())
        });
        let links = links.collect::<Vec<_>>().join(&separator);
        Ok(format!(
            "- {}\n",
            texts.text_with("overview-line", &[("group", &title(texts, *group)?), ("links", &links)])?
        ))
    };
    SettingGroup::ALL.iter().map(line).collect()
}

fn of_group(group: SettingGroup) -> impl Iterator<Item = &'static SettingSpec> {
    CATALOGUE.iter().filter(move |spec| spec.group == group)
}

fn title(texts: &Texts, group: SettingGroup) -> Result<String, String> {
    texts.translated(&format!("group-{group:?}"), group.title())
}

fn section(texts: &Texts, group: SettingGroup) -> Result<String, String> {
    let entries = of_group(group).map(|spec| entry(texts, spec)).collect::<Result<String, _>>()?;
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
    let identifier = match value_type {
        ValueType::Number(least, most) => {
            return texts.text_with("form-number", &[("least", &least.to_string()), ("most", &most.to_string())]);
        }
        ValueType::Choice(words) => {
            return texts.text_with("form-choice", &[("words", &codes(words, &texts.text("list-separator")?))]);
        }
        ValueType::Seconds(most) => return texts.text_with("form-seconds", &[("most", &most.to_string())]),
        ValueType::Line => "form-line",
        ValueType::Color => "form-color",
        ValueType::Boolean => "form-boolean",
        ValueType::FilePath => "form-file-path",
        ValueType::DirectoryPath => "form-directory-path",
        ValueType::Host => "form-host",
        ValueType::SocketAddress => "form-socket-address",
        ValueType::SiteUrl => "form-site-url",
        ValueType::DatabaseUrl => "form-database-url",
        ValueType::RedisUrl => "form-redis-url",
        ValueType::SmtpUrl => "form-smtp-url",
        ValueType::EmailAddress => "form-email-address",
        ValueType::Mailbox => "form-mailbox",
        ValueType::Key => "form-key",
        ValueType::OriginList => "form-origin-list",
        ValueType::PageOriginList => "form-page-origin-list",
        ValueType::NetworkList => "form-network-list",
        ValueType::DomainList => "form-domain-list",
        ValueType::RoleList => "form-role-list",
    };
    texts.text(identifier)
}

fn default(texts: &Texts, spec: &SettingSpec) -> Result<String, String> {
    match spec.default {
        DefaultValue::Text(text) => Ok(code(text)),
        DefaultValue::InDevelopment { text, elsewhere } => {
            texts.text_with("default-in-development", &[("text", &code(text)), ("elsewhere", &code(elsewhere))])
        }
        DefaultValue::InProduction { text, elsewhere } => {
            texts.text_with("default-in-production", &[("text", &code(text)), ("elsewhere", &code(elsewhere))])
        }
        DefaultValue::OnlyInDevelopment(text) => {
            texts.text_with("default-only-in-development", &[("text", &code(text))])
        }
        DefaultValue::Cores => texts.text("default-cores"),
        DefaultValue::TwiceCores => texts.text("default-twice-cores"),
        DefaultValue::Unset(NOT_SET) => texts.text("default-not-set"),
        DefaultValue::Unset(words) => texts.translated(&format!("default-{}", spec.name), words),
    }
}
