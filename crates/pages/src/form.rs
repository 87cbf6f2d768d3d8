use std::str::FromStr;

use actix_web::{HttpResponse, ResponseError};
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::PageForm;

use crate::error_messages::ErrorMessages;
use crate::page_request::PageRequest;
use crate::texts::Text;

/// A form on a page: what was typed before, and what was wrong with it.
pub(crate) struct FormView<'a> {
    pub(crate) page: &'a PageRequest,
    pub(crate) form_token: Option<&'a str>,
    pub(crate) typed: Option<&'a PageForm>,
    pub(crate) errors: Option<&'a ErrorMessages>,
}

/// The key in a field. What is no key is the key of nothing.
pub(crate) fn key_in<T: FromStr>(form: &PageForm, name: &str) -> Result<T, Problem> {
    form.get(name).and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
}

/// What a field is for, as browsers and password managers know it (HTML Standard, 4.10.18.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The address of an account.
    Email,
    /// The address of an account, where browsers may offer a passkey in its place.
    EmailOrPasskey,
    /// The address of somebody else.
    OtherEmail,
    /// The present password.
    CurrentPassword,
    /// A new password.
    NewPassword,
    /// The token from a mail.
    Token,
    /// A code that is valid once.
    Code,
    /// One line of any text.
    Line,
    /// The name of a person.
    Name,
}

impl Kind {
    fn of_input(self) -> (&'static str, &'static str) {
        match self {
            Self::Email => ("email", "username"),
            Self::EmailOrPasskey => ("email", "username webauthn"),
            Self::OtherEmail => ("email", "off"),
            Self::CurrentPassword => ("password", "current-password"),
            Self::NewPassword => ("password", "new-password"),
            Self::Token | Self::Code => ("text", "one-time-code"),
            Self::Line => ("text", "off"),
            Self::Name => ("text", "name"),
        }
    }

    fn is_shown_again(self) -> bool {
        !matches!(self, Self::CurrentPassword | Self::NewPassword | Self::Code)
    }
}

impl PageRequest {
    /// A form on the page that shows nothing typed.
    pub(crate) fn blank(&self) -> FormView<'_> {
        FormView { page: self, form_token: self.form_token.as_deref(), typed: None, errors: None }
    }

    /// The page with the form once more, and why it was not taken.
    ///
    /// # Errors
    /// The error itself where the form is not to blame.
    pub(crate) fn refused(
        &self,
        error: ApiError,
        title: Text,
        form: &PageForm,
        content: impl FnOnce(&FormView<'_>) -> Markup,
    ) -> Result<HttpResponse, ApiError> {
        let is_ours = error.status_code().is_server_error() || matches!(error, ApiError::InvalidToken(_));
        if is_ours {
            return Err(error);
        }
        let errors = ErrorMessages::of(&error, &self.state.catalogue, self.locale);
        let view =
            FormView { page: self, form_token: self.form_token.as_deref(), typed: Some(form), errors: Some(&errors) };
        Ok(self.render_in(error.error_response(), title, &content(&view)))
    }
}

impl FormView<'_> {
    pub(crate) fn text(&self, text: Text) -> &str {
        self.page.text(text)
    }

    /// The form with its fields and its button.
    pub(crate) fn form(&self, action: &str, button: Text, fields: &Markup) -> Markup {
        html! {
            (self.error_notice())
            form method="post" action=(action) {
                (self.token())
                (fields)
                button { (self.text(button)) }
            }
        }
    }

    /// Why what was sent was not taken.
    pub(crate) fn error_notice(&self) -> Markup {
        html! { @if let Some(errors) = self.errors { div.notice.wrong role="alert" { (errors.summary) } } }
    }

    /// A form that is no more than a button, with what it carries.
    pub(crate) fn button_form(&self, action: &str, button: Text, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(action) {
                (self.token())
                (fields)
                button.plain { (self.text(button)) }
            }
        }
    }

    /// The hidden token of a form in a session.
    pub(crate) fn token(&self) -> Markup {
        html! { @if let Some(token) = self.form_token { input type="hidden" name="form" value=(token); } }
    }

    /// A field that has to be filled in.
    pub(crate) fn field(&self, name: &str, label: Text, kind: Kind) -> Markup {
        self.field_with(name, label, kind, None, true)
    }

    /// A field that has to be filled in, with what stands in it at first.
    pub(crate) fn filled(&self, name: &str, label: Text, kind: Kind, value: &str) -> Markup {
        self.field_with(name, label, kind, Some(value), true)
    }

    /// A field that may stay empty, with what stands in it at first.
    pub(crate) fn optional(&self, name: &str, label: Text, kind: Kind, value: Option<&str>) -> Markup {
        self.field_with(name, label, kind, value, false)
    }

    fn field_with(&self, name: &str, label: Text, kind: Kind, value: Option<&str>, is_required: bool) -> Markup {
        let (input, autocomplete) = kind.of_input();
        let typed = self.typed.and_then(|form| form.get(name)).or(value).filter(|_| kind.is_shown_again());
        let wrong = self.errors.and_then(|errors| errors.of_field(name));
        let (wrong_id, hint_id) = (format!("{name}-wrong"), format!("{name}-hint"));
        let hint = (kind == Kind::NewPassword).then_some(Text::NewPasswordHint);
        let described = match (wrong, hint) {
            (Some(_), Some(_)) => Some(format!("{wrong_id} {hint_id}")),
            (Some(_), None) => Some(wrong_id.clone()),
            (None, Some(_)) => Some(hint_id.clone()),
            (None, None) => None,
        };
        html! {
            div.field data-token[kind == Kind::Token] {
                label for=(name) { (self.text(label)) }
                input id=(name) name=(name) type=(input) autocomplete=(autocomplete) required[is_required]
                    value=[typed] aria-invalid=[wrong.map(|_| "true")] aria-describedby=[described.as_deref()]
                    autocapitalize="none" spellcheck="false";
                @if let Some(wrong) = wrong { p.wrong id=(wrong_id) { (wrong) } }
                @if let Some(hint) = hint { p.quiet id=(hint_id) { (self.text(hint)) } }
            }
        }
    }

    /// A choice of these values, with their texts; `chosen` at first.
    pub(crate) fn select(&self, name: &str, label: Text, values: &[(&str, &str)], chosen: &str) -> Markup {
        let chosen = self.typed.and_then(|form| form.get(name)).unwrap_or(chosen);
        let wrong = self.errors.and_then(|errors| errors.of_field(name));
        html! {
            div.field {
                label for=(name) { (self.text(label)) }
                select id=(name) name=(name) aria-invalid=[wrong.map(|_| "true")] {
                    @for (value, text) in values { option value=(value) selected[*value == chosen] { (text) } }
                }
                @if let Some(wrong) = wrong { p.wrong { (wrong) } }
            }
        }
    }

    /// A box to tick.
    pub(crate) fn tick(&self, name: &str, value: &str, label: &str, is_ticked: bool) -> Markup {
        let is_ticked = self.typed.map_or(is_ticked, |form| form.all(name).any(|typed| typed == value));
        html! {
            label.tick {
                input type="checkbox" name=(name) value=(value) checked[is_ticked];
                span { (label) }
            }
        }
    }
}
