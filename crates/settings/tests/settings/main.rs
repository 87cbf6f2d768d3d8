//! The settings from outside: sources, rules, faults, and what is shown of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod any_urls;
mod dotenv_file;
mod external_api;
mod forms;
mod listing;
mod mail;
mod masking;
mod origins;
mod passkeys;
mod production;
mod redis_urls;
mod rules;
mod sources;
mod values;

use std::fs;

use ore_settings::{Overrides, Settings, Sources};
use tempfile::TempDir;

/// A key that production takes.
const GOOD_KEY: &str = "f3b1c9d07e5a48d2b6a4e8f09c1d7352";

/// Sources in an empty directory of their own.
struct Fixture {
    directory: TempDir,
    environment: Vec<(String, String)>,
    overrides: Overrides,
}

impl Fixture {
    fn new(environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter().map(|(name, value)| (format!("BACKEND_{name}"), (*value).to_owned()));
        Self { directory: TempDir::new().unwrap(), environment: environment.collect(), overrides: Overrides::default() }
    }

    /// Production with nothing wrong, then the given variables.
    fn production(environment: &[(&str, &str)]) -> Self {
        let mut fixture = Self::new(&[
            ("ENVIRONMENT", "production"),
            ("SECRET_KEY", GOOD_KEY),
            ("KEY_ENCRYPTION_KEY", "ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI="),
            ("ALLOWED_ORIGINS", "https://www.example.com"),
        ]);
        for (name, value) in environment {
            let variable = format!("BACKEND_{name}");
            fixture.environment.retain(|(other, _)| *other != variable);
            fixture.environment.push((variable, (*value).to_owned()));
        }
        fixture
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.directory.path().join(name), text).unwrap();
        self
    }

    fn sources(&self) -> Sources {
        Sources::new(self.environment.clone(), self.directory.path(), self.overrides.clone())
    }

    fn settings(&self) -> Settings {
        Settings::load(&self.sources()).unwrap_or_else(|faults| panic!("{faults}"))
    }

    fn faults(&self) -> Vec<String> {
        match Settings::load(&self.sources()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.to_string().lines().map(str::to_owned).collect(),
        }
    }
}
