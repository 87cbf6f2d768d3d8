use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, HEADER, PASSWORD, Server, claims_of, encode, forge, send, sign};

const INVALID: &str = r#"Bearer error="invalid_token""#;
const UNIFORM: &str = r#"{"success":false,"error_code":"UNAUTHORIZED","message":"无效的认证凭据","details":null,"timestamp":"<time>","request_id":"<id>"}"#;

/// A server with one user, whose key is 1.
fn server_with_user() -> Server {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    server
}

fn claims_with(name: &str, value: impl Into<Value>) -> String {
    let mut claims = claims_of(1);
    claims[name] = value.into();
    claims.to_string()
}

fn claims_between(issued: i64, expires: i64) -> String {
    let mut claims = claims_of(1);
    (claims["iat"], claims["exp"]) = (issued.into(), expires.into());
    claims.to_string()
}

fn claims_without(name: &str) -> String {
    let mut claims = claims_of(1);
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims.to_string()
}

fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(INVALID)), "{what}");
    assert_eq!(answer.body_without_identity(), UNIFORM, "{what}");
}

fn assert_all_refused<'a>(attacks: impl IntoIterator<Item = (&'a str, String)>) {
    let server = server_with_user();
    let good = forge(HEADER, &claims_of(1).to_string());
    assert_eq!(server.me(&good).status, 200, "what is not spoilt must be accepted");
    for (what, token) in attacks {
        assert_refused(&server.me(&token), what);
    }
    assert_eq!(server.me(&good).status, 200);
}

#[test]
fn a_token_with_another_algorithm_or_key_is_refused() {
    let claims = claims_of(1).to_string();
    let header = |algorithm: &str| json!({"alg": algorithm, "typ": "at+jwt"}).to_string();
    let algorithms =
        ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "hs256", "RS256", "ES256", "PS256", "EdDSA"];
    let signed = algorithms.map(|algorithm| (algorithm, forge(&header(algorithm), &claims)));
    let unsigned = ["none", "None", "NONE", "HS256"]
        .map(|algorithm| (algorithm, format!("{}.{}.", encode(header(algorithm)), encode(&claims))));
    let keys = ["", "secret", "your-secret-key", "f3b1c9d07e5a48d2b6a4e8f09c1d7353"];
    let keys = keys.map(|key| (key, sign(HEADER, &claims, key)));
    assert_all_refused(signed.into_iter().chain(unsigned).chain(keys));
}

#[test]
fn a_token_whose_header_asks_for_anything_more_is_refused() {
    let claims = claims_of(1).to_string();
    let more = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("kid", json!("1")),
        ("kid", json!("../../../../../dev/null")),
        ("kid", json!("' UNION SELECT 'key' --")),
        ("jwk", json!({"kty": "oct", "k": "QUFBQQ"})),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("x5u", json!("http://127.0.0.1:1/certificate")),
        ("x5c", json!(["MIIB"])),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
    ];
    let extended = more.map(|(name, value)| (name, json!({"alg": "HS256", "typ": "at+jwt", name: value}).to_string()));
    let types = ["JWT", "jwt", "rt+jwt", "", "at+jwt "];
    let of_other_types = types.map(|name| (name, json!({"alg": "HS256", "typ": name}).to_string()));
    let others = [
        ("no type", r#"{"alg":"HS256"}"#),
        ("no algorithm", r#"{"typ":"at+jwt"}"#),
        ("algorithm twice", r#"{"alg":"none","alg":"HS256","typ":"at+jwt"}"#),
        ("list", r#"["HS256","at+jwt"]"#),
        ("empty", ""),
        ("no JSON", "{"),
    ];
    let others = others.map(|(what, header)| (what, header.to_owned()));
    let headers = extended.into_iter().chain(of_other_types).chain(others);
    assert_all_refused(headers.map(|(what, header)| (what, forge(&header, &claims))));
}

#[test]
fn a_token_out_of_its_time_is_refused() {
    let now = claims_of(1)["iat"].as_i64().unwrap();
    let year = 365 * 24 * 3600;
    let claims = [
        ("expired", claims_between(now - 900, now - 1)),
        ("ends as it is issued", claims_with("exp", now)),
        ("ends now", claims_between(now - 900, now)),
        ("ends before it begins", claims_between(now + 20, now + 10)),
        ("end as text", claims_with("exp", (now + 900).to_string())),
        ("end as fraction", claims_with("exp", 1.5)),
        ("negative end", claims_with("exp", -1)),
        ("end beyond all time", claims_with("exp", 1e30)),
        ("largest end", claims_with("exp", u64::MAX)),
        ("end null", claims_with("exp", Value::Null)),
        ("no end", claims_without("exp")),
        ("issued in a year", claims_with("iat", now + year)),
        ("issued in two minutes", claims_with("iat", now + 120)),
        ("negative issue", claims_with("iat", -1)),
        ("no issue", claims_without("iat")),
        ("not yet valid", claims_with("nbf", now + 120)),
    ];
    assert_all_refused(claims.map(|(what, claims)| (what, forge(HEADER, &claims))));
}

#[test]
fn a_token_for_somebody_or_something_else_is_refused() {
    let doubled = |name: &str, value: &str| {
        let claims = claims_of(1).to_string();
        format!("{},\"{name}\":{value}}}", claims.strip_suffix('}').unwrap())
    };
    let claims = [
        ("another audience", claims_with("aud", "other")),
        ("audience in another case", claims_with("aud", "ORE")),
        ("other audiences", claims_with("aud", json!(["other", "another"]))),
        ("no audience", claims_without("aud")),
        ("another issuer", claims_with("iss", "evil")),
        ("list of issuers", claims_with("iss", json!(["ore-backend"]))),
        ("no issuer", claims_without("iss")),
        ("no user", claims_without("uid")),
        ("user as text", claims_with("uid", "1")),
        ("user as fraction", claims_with("uid", 1.0)),
        ("unknown user", claims_with("uid", 4711)),
        ("negative user", claims_with("uid", -1)),
        ("user beyond all keys", claims_with("uid", u64::MAX)),
        ("no session", claims_without("sid")),
        ("no subject", claims_without("sub")),
        ("no identifier", claims_without("jti")),
        ("user twice", doubled("uid", "1")),
        ("end twice", doubled("exp", "4102444800")),
        ("no object", "[]".to_owned()),
        ("no JSON", "{".to_owned()),
        ("nothing", String::new()),
    ];
    assert_all_refused(claims.map(|(what, claims)| (what, forge(HEADER, &claims))));
}

#[test]
fn a_token_of_another_shape_is_refused() {
    let good = forge(HEADER, &claims_of(1).to_string());
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let long = |bytes: usize| forge(HEADER, &claims_with("padding", "a".repeat(bytes)));
    assert_all_refused([
        ("four segments", format!("{good}.{signature}")),
        ("two segments", format!("{header}.{claims}")),
        ("one segment", header.to_owned()),
        ("empty segments", "..".to_owned()),
        ("empty first segment", format!(".{good}")),
        ("empty last segment", format!("{good}.")),
        ("tab before", format!("\t{good}")),
        ("space within", good.replacen('.', ". ", 1)),
        ("another word behind", format!("{good} more")),
        ("comma behind", format!("{good},")),
        ("padding", format!("{good}=")),
        ("one byte more", format!("{good}A")),
        ("one byte less", good[..good.len() - 1].to_owned()),
        ("standard alphabet", format!("{header}.{claims}.{}", "+/".repeat(21))),
        ("signature of another", format!("{header}.{}.{signature}", encode(claims_with("uid", 2)))),
        ("more than 4 KiB", long(3000)),
        ("10 KiB of nothing", "a".repeat(10_240)),
    ]);
}

#[test]
fn a_token_that_has_more_claims_or_is_a_moment_ahead_is_accepted() {
    let server = server_with_user();
    let now = claims_of(1)["iat"].as_i64().unwrap();
    for claims in [
        claims_with("padding", "a".repeat(2000)),
        claims_with("aud", json!(["other", "ore"])),
        claims_with("nbf", now),
        claims_between(now + 20, now + 900),
    ] {
        assert_eq!(server.me(&forge(HEADER, &claims)).status, 200, "{claims}");
    }
}

#[test]
fn bytes_that_no_token_has_are_refused_like_any_bad_token() {
    let server = Server::start();
    let token = reqwest::header::HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap();
    assert_refused(&send(server.request("GET", "/api/v1/auth/me").header("Authorization", token)), "not UTF-8");
}

#[rstest]
#[case::none(None)]
#[case::basic(Some("Basic YWRhQGV4YW1wbGUub3JnOmNvcnJlY3Q="))]
#[case::digest(Some("Digest username=\"ada\""))]
#[case::another_word(Some("Bearerish abc"))]
fn without_a_bearer_token_the_challenge_is_bare(#[case] authorization: Option<&str>) {
    let server = Server::start();
    let mut request = server.request("GET", "/api/v1/auth/me");
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let answer = send(request);
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(answer.body_without_identity(), UNIFORM);
}

#[test]
fn a_token_anywhere_but_in_the_header_is_no_credential() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let in_query = server.get(&format!("/api/v1/auth/me?access_token={token}"));
    let in_cookie = send(server.request("GET", "/api/v1/auth/me").header("Cookie", format!("access_token={token}")));
    for answer in [in_query, in_cookie] {
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
    }
}

#[rstest]
#[case("bearer")]
#[case("BEARER")]
#[case("bEaReR")]
fn the_scheme_has_no_case(#[case] scheme: &str) {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let request = server.request("GET", "/api/v1/auth/me").header("Authorization", format!("{scheme} {token}"));
    assert_eq!(send(request).status, 200);
}

#[rstest]
#[case("Bearer  ", 200)]
#[case("bearer          ", 200)]
#[case("Bearer\t", 401)]
#[case("Bearer \t", 401)]
#[case("Bearer", 401)]
fn any_number_of_spaces_may_follow_the_scheme_and_nothing_else(#[case] scheme: &str, #[case] status: u16) {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let request = server.request("GET", "/api/v1/auth/me").header("Authorization", format!("{scheme}{token}"));
    assert_eq!(send(request).status, status);
}

#[test]
fn two_authorization_headers_are_a_bad_request_even_when_they_agree() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    for second in [format!("Bearer {token}"), "Bearer x".to_owned(), "Basic eDp5".to_owned()] {
        let request = server.request("GET", "/api/v1/auth/me").header("Authorization", format!("Bearer {token}"));
        assert_eq!(send(request.header("Authorization", second)).error(), (400, "BAD_REQUEST".to_owned()));
    }
}
