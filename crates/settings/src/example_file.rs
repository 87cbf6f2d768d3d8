//! The text of `.env.example`.

use super::catalogue::CATALOGUE;
use super::spec::{DefaultValue, SettingGroup, SettingSpec};

/// The whole of `.env.example`: every setting, commented out, with its default and what it is for. The same on every
/// machine, so that a check can compare the file with it.
pub fn env_example() -> String {
    let head = "# Settings of workflow-server, each with its default. Copy this file to .env and remove the # of what\n\
        # you change. The environment beats .env, .env beats the TOML file of BACKEND_CONFIG_FILE; BACKEND_<NAME>_FILE\n\
        # names a file that holds a secret. `workflow-server config` shows what holds.\n";
    SettingGroup::ALL.iter().fold(head.to_owned(), |text, group| text + "\n" + &section(*group))
}

fn section(group: SettingGroup) -> String {
    let heading = format!("# == {} ==\n", group.title());
    let specs = CATALOGUE.iter().filter(|spec| spec.group == group);
    specs.map(entry).fold(heading, |text, entry| text + "\n" + &entry)
}

fn entry(spec: &SettingSpec) -> String {
    let default = spec.default.words().map(|words| format!("# Default: {words}.\n")).unwrap_or_default();
    let value = match spec.default {
        DefaultValue::Text(text)
        | DefaultValue::InDevelopment { text, .. }
        | DefaultValue::InProduction { elsewhere: text, .. }
        | DefaultValue::OnlyInDevelopment(text) => text,
        DefaultValue::Cores | DefaultValue::TwiceCores | DefaultValue::Unset(_) => spec.example,
    };
    format!("# {}\n{default}# {}={value}\n", spec.description, spec.variable())
}
