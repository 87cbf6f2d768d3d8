use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use ore_domain::{SigningKeyState, StoredSigningKey};
use ore_errors::{ApiError, Problem};
use ore_security::token::Algorithm;
use ore_services::SigningKeyError;

use crate::admin::{FreshOperator, Operator, action_button, table};
use crate::completed_action::CompletedAction;
use crate::components::notice;
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;
use crate::timestamp::time;

const PATH: &str = "/admin/keys";

const COLUMNS: [Text; 5] = [Text::KeyId, Text::KeyAlgorithm, Text::State, Text::MadeAt, Text::Actions];

pub(super) async fn page(operator: Operator) -> Result<HttpResponse, ApiError> {
    let content = content(&operator, None).await?;
    Ok(operator.render(Text::AdminKeys, &content))
}

pub(super) async fn stage(SubmittedForm(operator, _): SubmittedForm<FreshOperator>) -> Result<HttpResponse, ApiError> {
    let keys = &operator.services.signing_keys;
    let algorithm = keys.algorithm().ok_or(Problem::NotConfigured)?;
    let staged = keys.stage(algorithm, &operator.act()).await;
    answer(&operator, CompletedAction::KeyStaged, staged.map(drop)).await
}

/// Never before others have learnt the key: what hurries is for the command line.
pub(super) async fn activate(
    SubmittedForm(operator, form): SubmittedForm<FreshOperator>,
) -> Result<HttpResponse, ApiError> {
    let kid = form.get("kid").ok_or(Problem::NotFound)?;
    let activated = operator.services.signing_keys.activate(kid, false, &operator.act()).await;
    answer(&operator, CompletedAction::KeyActivated, activated).await
}

/// Never the one that signs.
pub(super) async fn retire(
    SubmittedForm(operator, form): SubmittedForm<FreshOperator>,
) -> Result<HttpResponse, ApiError> {
    let kid = form.get("kid").ok_or(Problem::NotFound)?;
    let retired = operator.services.signing_keys.retire(kid, false, &operator.act()).await;
    answer(&operator, CompletedAction::KeyRetired, retired).await
}

async fn answer(
    page: &PageSession,
    completed: CompletedAction,
    result: Result<(), SigningKeyError>,
) -> Result<HttpResponse, ApiError> {
    let text = match result {
        Ok(()) => return Ok(see_other(&completed.at(PATH))),
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
    let content = content(page, Some(text)).await?;
    Ok(page.render_in(HttpResponse::new(StatusCode::BAD_REQUEST), Text::AdminKeys, &content))
}

async fn content(page: &PageSession, error: Option<Text>) -> Result<Markup, ApiError> {
    let keys = page.services.signing_keys.list().await?;
    let algorithm = page.services.signing_keys.algorithm();
    let rows: Vec<_> = keys.iter().map(|key| row(page, key)).collect();
    Ok(html! {
        (notice(page))
        @if let Some(text) = error { div.notice.wrong role="alert" { (page.text(text)) } }
        p { (page.text(if algorithm.is_some() { Text::AdminKeysIntro } else { Text::SharedSecretIntro })) }
        @if algorithm.is_some() || !keys.is_empty() { (table(page, Text::AdminKeys, &COLUMNS, &rows)) }
        @if let Some(algorithm) = algorithm { (stage_form(page, algorithm)) }
    })
}

fn stage_form(page: &PageSession, algorithm: Algorithm) -> Markup {
    action_button(page, &format!("{PATH}/stage"), Text::StageKey, Some(algorithm.name()), &[])
}

fn row(page: &PageSession, key: &StoredSigningKey) -> Vec<Markup> {
    let kid = key.kid.as_str();
    let state = match key.state {
        SigningKeyState::Next => Text::KeyNext,
        SigningKeyState::Active => Text::KeyActive,
        SigningKeyState::Retired => Text::KeyRetired,
    };
    vec![
        html! { code { (kid) } },
        html! { (key.algorithm) },
        html! { (page.text(state)) },
        time(key.created_at, page.locale),
        html! {
            @if key.state == SigningKeyState::Next {
                (action_button(page, &format!("{PATH}/activate"), Text::ActivateKey, Some(kid), &[("kid", kid)]))
            }
            @if key.state != SigningKeyState::Active {
                (action_button(page, &format!("{PATH}/retire"), Text::RetireKey, Some(kid), &[("kid", kid)]))
            }
        },
    ]
}
