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
    let (right, wrong): (&[&str], &[&str]) = match value_type {
        ValueType::Number(least, most, _) => {
            let wrong = [(i128::from(least) - 1).to_string(), (i128::from(most) + 1).to_string(), "1.5".to_owned()];
            return (vec![least.to_string(), most.to_string()], wrong.to_vec());
        }
        ValueType::Seconds(most) => {
            return (texts(&["0.1", "2.5", &most.to_string()]), texts(&["0", "-1", "x", &(most + 1).to_string()]));
        }
        ValueType::Choice(_, words) => (words, &["another"]),
        ValueType::Text("line") => return (texts(&["x", &"x".repeat(255)]), texts(&["a\nb", &"x".repeat(256)])),
        ValueType::Text("color") => (&["#0b6e4f", "0B6E4F"], &["teal", "#fff", "#ffffff"]),
        ValueType::Text("boolean") => (&["true", "Off", "1"], &["maybe"]),
        ValueType::Text("host") => (&["localhost", "::1"], &["example.com"]),
        ValueType::Text("socket-address") => (&["localhost:9090", "[::1]:9090"], &["9090"]),
        ValueType::Text("site-url") => (&["https://example.com/api"], &["example.com", "https://example.com?a=b"]),
        ValueType::Text("origin-list") => (&["*", "[]", "https://a.example,http://b.example:3000"], &["a.example"]),
        ValueType::Text("page-origin-list") => {
            (&["[]", "https://a.example,http://localhost:3000"], &["*", "http://a.example"])
        }
        ValueType::Text("network-list") => (&["", "10.0.0.0/8,::1", r#"["192.0.2.7"]"#], &["10.0.0.0/33"]),
        ValueType::Text("domain-list") => (&["[]", "Example.org,a.example"], &["localhost", "*.example.org"]),
        ValueType::Text("role-list") => (&["[]", "admin,support.1"], &["Admin", "admin,-"]),
        ValueType::Text("email-address") => (&["ada@example.org"], &["ada", "Ada <ada@example.org>"]),
        ValueType::Text("mailbox") => (&["ore@example.org", "ORE <ore@example.org>"], &["ORE", "ore@"]),
        ValueType::Secret("database-url") => {
            (&["sqlite://", "postgresql://ore@localhost/ore"], &["mysql://localhost/ore"])
        }
        ValueType::Secret("redis-url") => (
            &["redis://localhost", "rediss://localhost:6379/0", "redis+sentinel://localhost:1,localhost/ore/0"],
            &["localhost:6379"],
        ),
        ValueType::Secret("smtp-url") => (&["smtp://localhost", "smtps://a:b@mail.example:2465"], &["localhost:25"]),
        ValueType::Secret("key") | ValueType::Text("file-path" | "directory-path") => (&[], &[]),
        ValueType::Text(kind) | ValueType::Secret(kind) => panic!("no samples of {kind}"),
    };
    (texts(right), texts(wrong))
}

#[test]
fn values_of_the_form_pass_and_others_do_not() {
    for spec in CATALOGUE.iter() {
        let (right, wrong) = samples(spec.value_type);
        for value in right {
            assert!(!is_refused(spec, &value), "{} refuses {value:?}", spec.variable());
        }
        for value in wrong {
            assert!(is_refused(spec, &value), "{} takes {value:?}", spec.variable());
        }
    }
}
