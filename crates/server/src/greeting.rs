use ore_settings::AppSettings;

/// For people at a terminal: where to go, as seen from this machine.
pub(crate) fn greeting(settings: &AppSettings, url: &str) -> String {
    let mut places = vec![format!("{} answers at {url}", settings.name)];
    if settings.debug {
        places.push(format!("  {url}/docs     the HTTP API"));
    }
    if settings.has_pages {
        places.push(format!("  {url}/account  the pages of accounts"));
        places.push(format!("  {url}/admin    the pages of administration"));
    }
    places.push(String::new());
    places.join("\n")
}

#[cfg(test)]
mod tests {
    use ore_settings::{Overrides, Settings, Sources};

    use super::*;

    #[test]
    fn people_are_told_of_what_is_there() {
        let settings =
            Settings::load(&Sources::new::<&str, &str>([], "no-such-directory", Overrides::default())).unwrap().app;
        let text = greeting(&settings, "http://localhost:8000");
        for path in ["docs", "account", "admin"] {
            assert!(text.contains(&format!("  http://localhost:8000/{path} ")), "{text}");
        }
        let bare = AppSettings { debug: false, has_pages: false, ..settings };
        assert_eq!(greeting(&bare, "http://localhost:8000"), "ORE Backend API answers at http://localhost:8000\n");
    }
}
