use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{AuditEntry, AuditOutcome};
use ore_web::error::ApiError;

use crate::components::back;
use crate::member::Member;
use crate::texts::Text;
use crate::timestamp::time;

/// The newest entries; the export has the rest.
const MOST: u32 = 50;

pub(super) async fn page(member: Member) -> Result<HttpResponse, ApiError> {
    let mut entries = member.services.audit.newest_of_user(member.current.user.id, MOST).await?;
    entries.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let content = html! {
        p { (member.text(Text::ActivityIntro)) }
        ul.cards { @for entry in &entries { (card(&member, entry)) } }
        (back(&member))
    };
    Ok(member.page(Text::ActivityTitle, &content))
}

fn card(member: &Member, entry: &AuditEntry) -> Markup {
    let is_done = entry.outcome == AuditOutcome::Success.name();
    let client = [&entry.user_agent, &entry.address].into_iter().flatten().filter(|text| !text.is_empty());
    html! {
        li {
            strong { (label(&entry.action).map_or(entry.action.as_str(), |text| member.text(text))) }
            @if !is_done { " " span.badge.wrong { (member.text(Text::NotDone)) } }
            p.quiet {
                (time(entry.at, member.locale))
                @for text in client { " · " (text) }
            }
        }
    }
}

/// What people call what they do themselves; anything else is told by its name in the audit log.
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
        assert_eq!(known, 19, "a name was changed");
    }
}
