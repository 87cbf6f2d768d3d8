use rstest::rstest;

use crate::support::{Server, send};

const CHINESE: &str = "操作成功";
const ENGLISH: &str = "Done";

#[rstest]
#[case::english("en", ENGLISH)]
#[case::american("en-US,en;q=0.9", ENGLISH)]
#[case::in_capitals("EN-gb", ENGLISH)]
#[case::chinese("zh-CN", CHINESE)]
#[case::traditional("zh-TW", CHINESE)]
#[case::weights_decide("en;q=0.1, zh;q=0.9", CHINESE)]
#[case::the_first_of_equals("en, zh", ENGLISH)]
#[case::what_we_have("fr, de;q=0.8, en;q=0.1", ENGLISH)]
fn the_message_is_in_the_language_asked_for(#[case] accepted: &str, #[case] message: &str) {
    for default in ["zh-CN", "en"] {
        let server = Server::with(&[("BACKEND_DEFAULT_LOCALE", default)]);
        let answer = send(server.request("GET", "/health").header("Accept-Language", accepted));
        assert_eq!(answer.message(), message, "by default {default}");
    }
}

#[rstest]
#[case::none(None)]
#[case::others(Some("fr, ja;q=0.5"))]
#[case::any(Some("*"))]
#[case::empty(Some(""))]
#[case::nonsense(Some(";;;q=x,,"))]
fn the_message_is_in_the_default_language_otherwise(#[case] accepted: Option<&str>) {
    for (default, message) in [("zh-CN", CHINESE), ("en", ENGLISH)] {
        let server = Server::with(&[("BACKEND_DEFAULT_LOCALE", default)]);
        let mut request = server.request("GET", "/health");
        if let Some(accepted) = accepted {
            request = request.header("Accept-Language", accepted);
        }
        assert_eq!(send(request).message(), message);
    }
}

#[test]
fn codes_for_programs_are_never_translated() {
    let server = Server::start();
    let answers = ["zh", "en"].map(|language| {
        let request = server.request("POST", "/api/v1/auth/login").header("Accept-Language", language);
        send(request.json(&serde_json::json!({}))).json()
    });
    assert_eq!(answers[0]["error_code"], answers[1]["error_code"]);
    let codes = answers.map(|answer| {
        let errors = answer["details"]["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| (error["field"].clone(), error["code"].clone())).collect::<Vec<_>>()
    });
    assert_eq!(codes[0], codes[1]);
}
