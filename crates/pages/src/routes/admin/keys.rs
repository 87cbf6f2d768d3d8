use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use ore_domain::{SigningKeyState, StoredSigningKey};
use ore_errors::{ApiError, Problem};
use ore_security::token::Algorithm;
use ore_services::SigningKeyError;

use crate::admin::{FreshOperator, Operator, deed, table};
use crate::components::notice;
use crate::done::Done;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::timestamp::time;
use crate::visit::see_other;

const PATH: &str = "/admin/keys";

const COLUMNS: [Text; 5] = [Text::KeyId, Text::KeyAlgorithm, Text::State, Text::MadeAt, Text::Deeds];

pub(super) async fn page(operator: Operator) -> Result<HttpResponse, ApiError> {
    let content = content(&operator, None).await?;
    Ok(operator.page(Text::AdminKeys, &content))
}

pub(super) async fn stage(Submitted(operator, _): Submitted<FreshOperator>) -> Result<HttpResponse, ApiError> {
    let keys = &operator.services.signing_keys;
    let algorithm = keys.algorithm().ok_or(Problem::NotConfigured)?;
    let staged = keys.stage(algorithm, &operator.act()).await;
    answer(&operator, Done::KeyStaged, staged.map(drop)).await
}

/// Never before others have learnt the key: what hurries is for the command line.
pub(super) async fn activate(Submitted(operator, form): Submitted<FreshOperator>) -> Result<HttpResponse, ApiError> {
    let kid = form.get("kid").ok_or(Problem::NotFound)?;
    let activated = operator.services.signing_keys.activate(kid, false, &operator.act()).await;
    answer(&operator, Done::KeyActivated, activated).await
}

/// Never the one that signs.
pub(super) async fn retire(Submitted(operator, form): Submitted<FreshOperator>) -> Result<HttpResponse, ApiError> {
    let kid = form.get("kid").ok_or(Problem::NotFound)?;
    let retired = operator.services.signing_keys.retire(kid, false, &operator.act()).await;
    answer(&operator, Done::KeyRetired, retired).await
}

async fn answer(member: &Member, done: Done, result: Result<(), SigningKeyError>) -> Result<HttpResponse, ApiError> {
    let text = match result {
        Ok(()) => return Ok(see_other(&done.at(PATH))),
        Err(SigningKeyError::NotFound) => return Err(Problem::NotFound.into()),
        Err(SigningKeyError::TooEarly { .. }) => Text::KeyTooEarly,
        Err(SigningKeyError::Signs | SigningKeyError::OnlyActive) => Text::KeySigns,
        Err(SigningKeyError::NotNext | SigningKeyError::OtherAlgorithm { .. } | SigningKeyError::AlreadyExists) => {
            Text::KeyOtherState
        }
        Err(SigningKeyError::NoSealingKey) => return Err(Problem::NotConfigured.into()),
        Err(SigningKeyError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(ApiError::caused(Problem::InternalError, error)),
    };
    let content = content(member, Some(text)).await?;
    Ok(member.page_with(HttpResponse::new(StatusCode::BAD_REQUEST), Text::AdminKeys, &content))
}

async fn content(member: &Member, fault: Option<Text>) -> Result<Markup, ApiError> {
    let keys = member.services.signing_keys.list().await?;
    let algorithm = member.services.signing_keys.algorithm();
    let rows: Vec<_> = keys.iter().map(|key| row(member, key)).collect();
    Ok(html! {
        (notice(member))
        @if let Some(text) = fault { div.notice.wrong role="alert" { (member.text(text)) } }
        p { (member.text(if algorithm.is_some() { Text::AdminKeysIntro } else { Text::SharedSecretIntro })) }
        @if algorithm.is_some() || !keys.is_empty() { (table(member, Text::AdminKeys, &COLUMNS, &rows)) }
        @if let Some(algorithm) = algorithm { (stage_form(member, algorithm)) }
    })
}

fn stage_form(member: &Member, algorithm: Algorithm) -> Markup {
    deed(member, &format!("{PATH}/stage"), Text::StageKey, Some(algorithm.name()), &[])
}

fn row(member: &Member, key: &StoredSigningKey) -> Vec<Markup> {
    let kid = key.kid.as_str();
    let state = match key.state {
        SigningKeyState::Next => Text::KeyNext,
        SigningKeyState::Active => Text::KeyActive,
        SigningKeyState::Retired => Text::KeyRetired,
    };
    vec![
        html! { code { (kid) } },
        html! { (key.algorithm) },
        html! { (member.text(state)) },
        time(key.created_at, member.locale),
        html! {
            @if key.state == SigningKeyState::Next {
                (deed(member, &format!("{PATH}/activate"), Text::ActivateKey, Some(kid), &[("kid", kid)]))
            }
            @if key.state != SigningKeyState::Active {
                (deed(member, &format!("{PATH}/retire"), Text::RetireKey, Some(kid), &[("kid", kid)]))
            }
        },
    ]
}
