use rstest::rstest;
use serde_json::json;

use crate::support::{Answer, EMAIL, PASSWORD, Server, send};

fn only_fault(answer: &Answer) -> (String, String) {
    assert_eq!(answer.error(), (422, "VALIDATION_ERROR".to_owned()));
    let errors = answer.json()["details"]["errors"].clone();
    assert!(
        errors.as_array().unwrap().len() == 1 && errors[0]["field"].as_str().unwrap().ends_with("password"),
        "{errors}"
    );
    assert_eq!(errors[0]["message"], answer.json()["message"]);
    (errors[0]["code"].as_str().unwrap().to_owned(), answer.message())
}

#[test]
fn passwords_that_share_their_first_72_bytes_are_different_passwords() {
    let server = Server::start();
    let common = "a".repeat(72);
    server.token_of(EMAIL, &format!("{common}b"));
    assert_eq!(server.login(EMAIL, &format!("{common}b")).status, 200);
    assert_eq!(server.login(EMAIL, &format!("{common}c")).status, 400);
    assert_eq!(server.login(EMAIL, &common).status, 400);
}

#[test]
fn a_short_password_is_refused_and_the_least_length_taken() {
    let server = Server::start();
    let fault = only_fault(&server.register(EMAIL, "seven77"));
    assert_eq!(fault, ("password_too_short".to_owned(), "密码长度至少8位".to_owned()));
    server.token_of(EMAIL, "gbkwrzfh");
}

#[test]
fn the_least_length_counts_characters_and_can_be_set() {
    let server = Server::with(&[("BACKEND_PASSWORD_MIN_LENGTH", "15")]);
    let fault = only_fault(&server.register(EMAIL, "密码密码密码密码"));
    assert_eq!(fault, ("password_too_short".to_owned(), "密码长度至少15位".to_owned()));
    server.token_of(EMAIL, &"密".repeat(15));
}

#[test]
fn of_a_long_password_1024_bytes_are_taken_and_one_more_is_refused() {
    let server = Server::start();
    let longest = "é".repeat(512);
    server.token_of(EMAIL, &longest);
    assert_eq!(server.login(EMAIL, &longest).status, 200);
    let longer = format!("{longest}a");
    for answer in [server.register("other@example.org", &longer), server.login(EMAIL, &longer)] {
        let fault = only_fault(&answer);
        assert_eq!(fault, ("password_too_long".to_owned(), "密码不能超过1024字节".to_owned()));
    }
}

#[test]
fn a_password_with_nul_is_refused() {
    let server = Server::start();
    let with_nul = format!("{PASSWORD}\0 and more");
    for answer in [server.register(EMAIL, &with_nul), server.login(EMAIL, &with_nul)] {
        assert_eq!(only_fault(&answer).0, "password_forbidden_character");
    }
}

#[rstest]
#[case("\u{e9}t\u{e9} 2026", "e\u{301}te\u{301} 2026")]
#[case("e\u{301}te\u{301} 2026", "\u{e9}t\u{e9} 2026")]
fn composed_and_decomposed_spellings_are_one_password(#[case] registered: &str, #[case] typed: &str) {
    let server = Server::start();
    server.token_of(EMAIL, registered);
    assert_eq!(server.login(EMAIL, typed).status, 200);
    assert_eq!(server.login(EMAIL, "ete 2026").status, 400);
}

#[rstest]
#[case::white_space("        ")]
#[case::emoji("🔑🔑🔑🔑🔑🔑🔑🔑")]
#[case::control_characters("\t\r\n\u{1b}[31m\u{7f}\u{85}")]
#[case::surrounded_by_white_space(" password ")]
fn any_other_characters_make_a_password(#[case] password: &str) {
    let server = Server::start();
    server.token_of(EMAIL, password);
    assert_eq!(server.login(EMAIL, password).status, 200);
    assert_eq!(server.login(EMAIL, password.trim()).status == 200, password.trim() == password);
}

#[rstest]
#[case::common("PassWord1")]
#[case::address(EMAIL)]
#[case::local_part("somebody.or.other")]
#[case::name_of_the_service("ORE Backend")]
fn a_password_that_is_tried_first_is_refused(#[case] password: &str) {
    let server = Server::with(&[("BACKEND_APP_NAME", "ORE Backend")]);
    let email = if password == EMAIL { EMAIL } else { "somebody.or.other@example.org" };
    let fault = only_fault(&server.register(email, password));
    assert_eq!(fault, ("password_too_common".to_owned(), "密码过于常见，请更换".to_owned()));
    let english = server.request("POST", "/api/v1/auth/register").header("Accept-Language", "en");
    let english = send(english.json(&json!({ "email": email, "password": password })));
    assert_eq!(english.message(), "The password is too easy to guess; choose another");
}

#[test]
fn a_new_password_is_not_the_address_either() {
    let server = Server::start();
    let token = server.token_of("somebody.or.other@example.org", PASSWORD);
    let body = json!({ "current_password": PASSWORD, "new_password": "somebody.or.other" });
    let request = server.request("POST", "/api/v1/auth/password/change").bearer_auth(token).json(&body);
    assert_eq!(only_fault(&send(request)).0, "password_too_common");
}
