//! The catalogue says how each value is written; here it is held against what is read.

use ore_settings::{CATALOGUE, Form, SettingSpec};

use super::Scene;

fn is_refused(spec: &SettingSpec, value: &str) -> bool {
    // One lane of Argon2id fits the least memory that there can be.
    let mut environment = vec![("ARGON2_PARALLELISM", "1")];
    environment.retain(|(name, _)| *name != spec.name);
    environment.push((spec.name, value));
    let own = format!("{}:", spec.variable());
    Scene::new(&environment).faults().iter().any(|fault| fault.starts_with(&own))
}

/// Values that are of the form, and values that are not. Every text is a key, and the path of a file depends on the file.
fn samples(form: Form) -> (Vec<String>, Vec<String>) {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    match form {
        Form::Line => (texts(&["x", &"x".repeat(255)]), texts(&["a\nb", &"x".repeat(256)])),
        Form::Boolean => (texts(&["true", "Off", "1"]), texts(&["maybe"])),
        Form::Number(least, most) => (
            vec![least.to_string(), most.to_string()],
            vec![(i128::from(least) - 1).to_string(), (i128::from(most) + 1).to_string(), "1.5".to_owned()],
        ),
        Form::Seconds(most) => {
            (texts(&["0.1", "2.5", &most.to_string()]), texts(&["0", "-1", "x", &(most + 1).to_string()]))
        }
        Form::Choice(words) => (texts(words), texts(&["another"])),
        Form::Host => (texts(&["localhost", "::1"]), texts(&["example.com"])),
        Form::SocketAddress => (texts(&["localhost:9090", "[::1]:9090"]), texts(&["9090"])),
        Form::SiteUrl => (texts(&["https://example.com/api"]), texts(&["example.com", "https://example.com?a=b"])),
        Form::DatabaseUrl => {
            (texts(&["sqlite://", "postgresql://ore@localhost/ore"]), texts(&["mysql://localhost/ore"]))
        }
        Form::RedisUrl => (texts(&["redis://localhost", "rediss://localhost:6379/0"]), texts(&["localhost:6379"])),
        Form::OriginList => (texts(&["*", "[]", "https://a.example,http://b.example:3000"]), texts(&["a.example"])),
        Form::NetworkList => (texts(&["", "10.0.0.0/8,::1", r#"["192.0.2.7"]"#]), texts(&["10.0.0.0/33"])),
        Form::Key | Form::FilePath => (Vec::new(), Vec::new()),
    }
}

#[test]
fn values_of_the_form_pass_and_others_do_not() {
    for spec in CATALOGUE {
        let (right, wrong) = samples(spec.form);
        for value in right {
            assert!(!is_refused(spec, &value), "{} refuses {value:?}", spec.variable());
        }
        for value in wrong {
            assert!(is_refused(spec, &value), "{} takes {value:?}", spec.variable());
        }
    }
}
