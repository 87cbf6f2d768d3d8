//! The example programs of the crates that check our tokens in other services, against a server that runs.

use std::time::Duration;

use rstest::rstest;

use crate::support::{EMAIL, ExampleService, PASSWORD, ServerProcess, send, until};

const ED: [(&str, &str); 1] = [("BACKEND_ALGORITHM", "EdDSA")];

/// The refusal of a token whose session has just ended: no request that begins a second later is answered otherwise.
fn refused_soon(service: &ExampleService, token: &str) {
    let answer = until(Duration::from_secs(1), || service.notes(token), |answer| answer.status != 200);
    let challenge = Some(r#"Bearer error="invalid_token""#);
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, challenge));
}

#[rstest]
#[case("axum-notes")]
#[case("actix-notes")]
fn a_user_who_was_logged_out_is_refused_and_others_are_served_while_the_server_is_away(#[case] program: &str) {
    let server = ServerProcess::with(&ED);
    let mut service = ExampleService::start(program, &server, "ore-backend");
    let (token, ended) = (server.token_of(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD).token());
    for token in [&token, &ended] {
        let answer = service.notes(token);
        assert_eq!((answer.status, answer.text()), (200, "the notes of user 1 at ore-backend\n".to_owned()));
    }
    assert_eq!(service.notes("a.b.c").status, 401);
    assert_eq!(send(server.request("POST", "/api/v1/auth/logout").bearer_auth(&ended)).status, 200);
    refused_soon(&service, &ended);

    server.stop();
    service.set_ahead(600);
    assert_eq!((service.notes(&token).status, service.notes(&ended).status), (200, 401));
    // Keys that are older than an hour are not trusted.
    service.set_ahead(3700);
    assert_eq!(service.notes(&token).status, 503);
}
