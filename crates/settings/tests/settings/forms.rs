//! The catalogue says how each value is written; here it is held against what is read.

use ore_settings::{CATALOGUE, SettingSpec, ValueType};

use super::Fixture;

fn is_refused(spec: &SettingSpec, value: &str) -> bool {
    // One lane of Argon2id fits the least memory that there can be.
    let mut environment = vec![("ARGON2_PARALLELISM", "1")];
    environment.retain(|(name, _)| *name != spec.name);
    environment.push((spec.name, value));
    let own = format!("{}:", spec.variable());
    Fixture::new(&environment).faults().iter().any(|fault| fault.starts_with(&own))
}

/// Values of each type, and values that are not. Every text is a key, and a path depends on the file.
fn samples(value_type: ValueType) -> (Vec<String>, Vec<String>) {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    match value_type {
        ValueType::Line => (texts(&["x", &"x".repeat(255)]), texts(&["a\nb", &"x".repeat(256)])),
        ValueType::Color => (texts(&["#0b6e4f", "0B6E4F"]), texts(&["teal", "#fff", "#ffffff"])),
        ValueType::Boolean => (texts(&["true", "Off", "1"]), texts(&["maybe"])),
        ValueType::Number(least, most) => (
            vec![least.to_string(), most.to_string()],
            vec![(i128::from(least) - 1).to_string(), (i128::from(most) + 1).to_string(), "1.5".to_owned()],
        ),
        ValueType::Seconds(most) => {
            (texts(&["0.1", "2.5", &most.to_string()]), texts(&["0", "-1", "x", &(most + 1).to_string()]))
        }
        ValueType::Choice(words) => (texts(words), texts(&["another"])),
        ValueType::Host => (texts(&["localhost", "::1"]), texts(&["example.com"])),
        ValueType::SocketAddress => (texts(&["localhost:9090", "[::1]:9090"]), texts(&["9090"])),
        ValueType::SiteUrl => (texts(&["https://example.com/api"]), texts(&["example.com", "https://example.com?a=b"])),
        ValueType::DatabaseUrl => {
            (texts(&["sqlite://", "postgresql://ore@localhost/ore"]), texts(&["mysql://localhost/ore"]))
        }
        ValueType::RedisUrl => (
            texts(&["redis://localhost", "rediss://localhost:6379/0", "redis+sentinel://localhost:1,localhost/ore/0"]),
            texts(&["localhost:6379"]),
        ),
        ValueType::OriginList => {
            (texts(&["*", "[]", "https://a.example,http://b.example:3000"]), texts(&["a.example"]))
        }
        ValueType::PageOriginList => {
            (texts(&["[]", "https://a.example,http://localhost:3000"]), texts(&["*", "http://a.example"]))
        }
        ValueType::NetworkList => (texts(&["", "10.0.0.0/8,::1", r#"["192.0.2.7"]"#]), texts(&["10.0.0.0/33"])),
        ValueType::DomainList => (texts(&["[]", "Example.org,a.example"]), texts(&["localhost", "*.example.org"])),
        ValueType::RoleList => (texts(&["[]", "admin,support.1"]), texts(&["Admin", "admin,-"])),
        ValueType::SmtpUrl => (texts(&["smtp://localhost", "smtps://a:b@mail.example:2465"]), texts(&["localhost:25"])),
        ValueType::EmailAddress => (texts(&["ada@example.org"]), texts(&["ada", "Ada <ada@example.org>"])),
        ValueType::Mailbox => (texts(&["ore@example.org", "ORE <ore@example.org>"]), texts(&["ORE", "ore@"])),
        ValueType::Key | ValueType::FilePath | ValueType::DirectoryPath => (Vec::new(), Vec::new()),
    }
}

#[test]
fn values_of_the_form_pass_and_others_do_not() {
    for spec in CATALOGUE {
        let (right, wrong) = samples(spec.value_type);
        for value in right {
            assert!(!is_refused(spec, &value), "{} refuses {value:?}", spec.variable());
        }
        for value in wrong {
            assert!(is_refused(spec, &value), "{} takes {value:?}", spec.variable());
        }
    }
}
