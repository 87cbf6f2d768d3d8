//! What tells the pages of one service from those of another.

use std::fs;

use regex::Regex;

use crate::support::{EMAIL, Server, TestDir};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;

fn asset(page: &str, name: &str) -> String {
    let path = Regex::new(&format!(r#""(/assets/{name}-[A-Za-z0-9_-]+\.[a-z]+)""#)).unwrap();
    path.captures(page).unwrap_or_else(|| panic!("{page}"))[1].to_owned()
}

#[test]
fn the_accent_is_in_the_style_sheet() {
    let (plain, server) = (Server::start(), Server::with(&[("BACKEND_ACCENT_COLOR", "#0b6e4f")]));
    let [plain, own] = [&plain, &server].map(|server| asset(&server.get("/account/login").text(), "page"));
    assert_ne!(plain, own, "its name tells the content");
    let sheet = server.get(&own).text();
    let (by_day, by_night) = sheet.rsplit_once("prefers-color-scheme: dark").unwrap();
    assert!(by_day.contains("--accent: #0b6e4f;") && !by_night.contains("#0b6e4f"), "{sheet}");
    assert!(by_night.contains("--accent: #"), "{sheet}");
}

#[test]
fn the_logo_is_a_picture_before_the_name() {
    let test_dir = TestDir::new();
    fs::write(test_dir.path().join("logo.svg"), SVG).unwrap();
    let server = test_dir.serve(&[("BACKEND_LOGO_FILE", "logo.svg")]);
    let page = server.get("/account/login").text();
    let path = asset(&page, "logo");
    assert!(page.contains(&format!(r#"<img src="{path}" alt="""#)) && !page.contains("alert(1)"), "{page}");
    let logo = server.get(&path);
    assert_eq!((logo.header("content-type"), logo.text().as_str()), (Some("image/svg+xml"), SVG));
    assert_eq!(logo.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(logo.header("x-content-type-options"), Some("nosniff"));
    // Who opens it by itself runs no script of it.
    let policy = logo.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
}

#[test]
fn a_logo_that_is_none_stops_the_start() {
    let test_dir = TestDir::new();
    fs::write(test_dir.path().join("logo.html"), "<html></html>").unwrap();
    for (file, fault) in [("logo.html", "neither SVG nor PNG"), ("missing.svg", "No such file")] {
        let finished = test_dir.run_with(&["serve"], &[("BACKEND_LOGO_FILE", file)]);
        assert_eq!(finished.code, Some(1), "{file}");
        let stderr = finished.stderr;
        assert!(stderr.contains("BACKEND_LOGO_FILE: ") && stderr.contains(file) && stderr.contains(fault), "{stderr}");
    }
}

/// Mail programs show PNG.
#[test]
fn mails_look_as_the_pages_do() {
    let test_dir = TestDir::new();
    fs::write(test_dir.path().join("logo.svg"), SVG).unwrap();
    fs::write(test_dir.path().join("logo.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    for (logo, has_logo) in [("logo.png", true), ("logo.svg", false)] {
        let settings = [("BACKEND_MAIL_DIR", logo.trim_start_matches("logo.")), ("BACKEND_LOGO_FILE", logo)];
        let settings = [settings[0], settings[1], ("BACKEND_ACCENT_COLOR", "#0b6e4f")];
        test_dir.run_with(&["mail", "test", EMAIL], &settings).succeeded();
        let written = fs::read_dir(test_dir.path().join(settings[0].1)).unwrap().next().unwrap().unwrap();
        let mail = fs::read_to_string(written.path()).unwrap().replace("=\r\n", "");
        assert!(mail.contains("#0b6e4f"), "{mail}");
        assert_eq!(mail.contains("Content-Type: image/png"), has_logo, "{mail}");
    }
    let missing =
        test_dir.run_with(&["mail", "test", EMAIL], &[("BACKEND_MAIL_DIR", "mail"), ("BACKEND_LOGO_FILE", "no")]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("BACKEND_LOGO_FILE: no: "), "{}", missing.stderr);
}
