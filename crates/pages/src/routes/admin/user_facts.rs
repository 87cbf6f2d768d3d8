use maud::{Markup, html};
use ore_domain::{ApiKey, Permission, Session, User};

use super::shown_user::{Shown, path_of, tag_of};
use crate::admin::{badge, deed, tag_field};
use crate::member::Member;
use crate::routes::api_keys::key_facts;
use crate::texts::Text;
use crate::timestamp::time;

pub(super) fn facts(member: &Member, user: &User) -> Markup {
    html! {
        dl {
            dt { (member.text(Text::Email)) }
            dd { (user.email.as_str()) }
            @if let Some(name) = &user.profile.display_name {
                dt { (member.text(Text::DisplayName)) }
                dd { (name) }
            }
            dt { (member.text(Text::UserNumber)) }
            dd { (user.id) }
            dt { (member.text(Text::State)) }
            dd {
                (badge(member, if user.is_active { Text::Active } else { Text::Inactive }))
                (badge(member, if user.email_verified { Text::Verified } else { Text::Unverified }))
                (badge(member, if user.has_password() { Text::HasPassword } else { Text::HasNoPassword }))
                @if user.factors.has_second_factor() { (badge(member, Text::HasSecondFactor)) }
            }
            dt { (member.text(Text::MemberSince)) }
            dd { (time(user.created_at, member.locale)) }
            @if let Some(at) = user.last_login_at {
                dt { (member.text(Text::LastLogIn)) }
                dd { (time(at, member.locale)) }
            }
        }
    }
}

/// The buttons for acts that the caller may do.
pub(super) fn deeds(member: &Member, user: &User) -> Markup {
    let may = |permission| member.may().contains(permission);
    let path = |deed: &str| format!("{}/{deed}", path_of(user.id));
    html! {
        @if may(Permission::UsersWrite) {
            h2 { (member.text(Text::Deeds)) }
            div.deeds {
                @if user.has_password() {
                    (deed(member, &path("password-reset"), Text::SendReset, None, &[]))
                } @else {
                    (deed(member, &path("invitation"), Text::SendInvitationAgain, None, &[]))
                }
                (deed(member, &path("unlock"), Text::Unlock, None, &[]))
                @if user.factors.has_second_factor() {
                    (deed(member, &path("second-factors"), Text::ResetFactors, None, &[]))
                }
                (state_form(member, user))
            }
            (deletion(member, user))
        }
        @if may(Permission::AuditRead) {
            p { a href={ "/admin/audit?subject=user%3A" (user.id) } { (member.text(Text::AuditOfUser)) } }
        }
        @if may(Permission::UsersImpersonate) && user.is_active && user.id != member.current.user.id {
            p { a href=(path("impersonate")) { (member.text(Text::ActAs)) } }
        }
    }
}

fn state_form(member: &Member, user: &User) -> Markup {
    let tag = tag_of(user);
    let (text, value) = if user.is_active { (Text::Deactivate, "false") } else { (Text::Reactivate, "true") };
    let fields = [("is_active", value), ("tag", tag.trim_matches('"'))];
    deed(member, &format!("{}/state", path_of(user.id)), text, None, &fields)
}

fn deletion(member: &Member, user: &User) -> Markup {
    let view = member.blank();
    let fields = html! {
        (tag_field(&tag_of(user)))
        (view.tick("confirmed", "true", member.text(Text::DeleteUserConfirm), false))
    };
    view.form(&format!("{}/delete", path_of(user.id)), Text::DeleteUser, &fields)
}

pub(super) fn sessions(member: &Member, shown: &Shown, may_write: bool) -> Markup {
    let path = path_of(shown.user.id);
    html! {
        h2 { (member.text(Text::SessionsTitle)) }
        @if shown.sessions.is_empty() { p.quiet { (member.text(Text::NothingFound)) } } @else {
            ul.cards { @for session in &shown.sessions { li { (session_card(member, session, &path, may_write)) } } }
            @if may_write { (deed(member, &format!("{path}/log-out"), Text::EndAll, None, &[])) }
        }
    }
}

fn session_card(member: &Member, session: &Session, path: &str, may_write: bool) -> Markup {
    let device = Some(session.origin.device.as_str()).filter(|device| !device.is_empty());
    let id = session.id.to_string();
    html! {
        strong { (device.unwrap_or(member.text(Text::UnknownDevice))) }
        @if session.impersonation.is_some() { " " (badge(member, Text::Impersonation)) }
        p.quiet {
            (member.text(Text::LastUsed)) " " (time(session.last_used_at, member.locale))
            @if !session.origin.address.is_empty() { " · " (session.origin.address) }
        }
        @if may_write { (deed(member, &format!("{path}/end-session"), Text::End, device, &[("session", id.as_str())])) }
    }
}

pub(super) fn keys(member: &Member, shown: &Shown) -> Markup {
    let path = format!("{}/delete-key", path_of(shown.user.id));
    html! {
        @if let Some(keys) = shown.keys.as_ref().filter(|keys| !keys.is_empty()) {
            h2 { (member.text(Text::KeysTitle)) }
            ul.cards { @for key in keys { li { (key_card(member, key, &path)) } } }
        }
    }
}

/// An API key of the user, with a form that deletes it.
pub(super) fn key_card(member: &Member, key: &ApiKey, path: &str) -> Markup {
    let id = key.id.to_string();
    html! {
        (key_facts(member, key))
        @if member.may().contains(Permission::KeysWrite) {
            (deed(member, path, Text::Delete, Some(&key.name), &[("key", id.as_str())]))
        }
    }
}
