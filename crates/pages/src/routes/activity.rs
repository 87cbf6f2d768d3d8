use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{AuditEntry, AuditOutcome, Position};
use ore_errors::{ApiError, Problem};
use url::form_urlencoded;

use crate::components::back;
use crate::page_session::PageSession;
use crate::texts::Text;
use crate::timestamp::ago;

/// So many entries stand on a page.
const MOST: usize = 50;
/// One more than that, which tells whether there are more.
const LIMIT: u32 = 51;

const PAGE: &str = "/account/activity";

/// A place in the query that is none leads to the newest.
pub(super) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let before = place_in_query(&page);
    let mut entries = page.services.audit.of_user_before(page.current.user.id, before, LIMIT).await?;
    let has_more = entries.len() > MOST;
    entries.truncate(MOST);
    let older = entries.last().filter(|_| has_more).map(|entry| path_before(&page, entry)).transpose()?;
    let content = html! {
        p { (page.text(Text::ActivityIntro)) }
        ul.cards { @for entry in &entries { (card(&page, entry)) } }
        p.actions {
            @if before.is_some() { a href=(PAGE) { (page.text(Text::Newest)) } " " }
            @if let Some(path) = older { a href=(path) rel="next" { (page.text(Text::Older)) } }
        }
        (back(&page))
    };
    Ok(page.render(Text::ActivityTitle, &content))
}

/// Keys of entries are counted for all users together, which is nobody's business: they are sealed.
fn path_before(page: &PageSession, entry: &AuditEntry) -> Result<String, ApiError> {
    let place = Position { value: String::new(), key: entry.id.to_string() };
    let state = &page.state;
    let cursor = state.cursor_keys.seal(&place, &selection(page), state.clock.now());
    let cursor = cursor.map_err(|error| ApiError::caused(Problem::InternalError, error))?;
    Ok(format!("{PAGE}?before={cursor}"))
}

fn place_in_query(page: &PageSession) -> Option<i64> {
    let mut pairs = form_urlencoded::parse(page.request.query_string().as_bytes());
    let (_, cursor) = pairs.find(|(name, _)| name == "before")?;
    let state = &page.state;
    state.cursor_keys.open(&cursor, &selection(page), state.clock.now())?.key.parse().ok()
}

fn selection(page: &PageSession) -> String {
    format!("activity of {}", page.current.user.id)
}

fn card(page: &PageSession, entry: &AuditEntry) -> Markup {
    let is_done = entry.outcome == AuditOutcome::Success.name();
    let client = [&entry.user_agent, &entry.address].into_iter().flatten().filter(|text| !text.is_empty());
    html! {
        li {
            strong { (label(&entry.action).map_or(entry.action.as_str(), |text| page.text(text))) }
            @if !is_done { " " span.badge.wrong { (page.text(Text::NotDone)) } }
            p.quiet {
                (ago(page, entry.at))
                @for text in client { " · " (text) }
            }
        }
    }
}

/// A label for acts of users; other actions have their name in the audit log.
fn label(action: &str) -> Option<Text> {
    Some(match action {
        "auth.login" => Text::ActLogIn,
        "auth.register" => Text::ActRegister,
        "auth.refresh_reuse" => Text::ActRefreshReuse,
        "auth.logout" => Text::ActLogOut,
        "auth.logout_all" => Text::ActLogOutAll,
        "auth.reauthenticate" => Text::ActReauthenticate,
        "password.change" => Text::ActChangePassword,
        "password.forgot" => Text::ActForgotPassword,
        "password.reset" => Text::ActResetPassword,
        "password.set" => Text::ActSetPassword,
        "email.verify" => Text::ActVerifyEmail,
        "email.resend" => Text::ActResend,
        "email.change" => Text::ActChangeEmail,
        "session.end" => Text::ActEndSession,
        "user.update" => Text::ActUpdateUser,
        "user.export" => Text::ActExport,
        "user.impersonate" => Text::ActImpersonate,
        "key.create" => Text::ActCreateKey,
        "key.delete" => Text::ActDeleteKey,
        "mfa.verify" => Text::ActVerifyFactor,
        "mfa.enrol" => Text::ActEnrolTotp,
        "mfa.confirm" => Text::ActConfirmTotp,
        "mfa.remove" => Text::ActRemoveTotp,
        "mfa.recovery_codes" => Text::ActMakeCodes,
        "user.mfa_reset" => Text::ActResetFactors,
        "passkey.create" => Text::ActCreatePasskey,
        "passkey.update" => Text::ActUpdatePasskey,
        "passkey.delete" => Text::ActDeletePasskey,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ore_domain::AuditAction;

    use super::*;

    #[test]
    fn acts_are_known_by_the_names_of_the_audit_log() {
        let known = AuditAction::ALL.iter().filter(|action| label(action.name()).is_some()).count();
        assert_eq!(known, 28, "a name was changed");
    }
}
