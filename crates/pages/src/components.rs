use maud::{Markup, html};

use crate::completed_action;
use crate::page_request::PageRequest;
use crate::texts::Text;

/// A message about the form before the redirect to this page.
pub(crate) fn notice(page: &PageRequest) -> Markup {
    html! {
        @if let Some(text) = completed_action::of_query(&page.request) {
            div.notice role="status" { (page.text(text)) }
        }
    }
}

/// A link of its own line.
pub(crate) fn link(page: &PageRequest, path: &str, text: Text) -> Markup {
    html! { p { a href=(path) { (page.text(text)) } } }
}

/// What takes mail, or why it is not there.
pub(crate) fn by_mail(page: &PageRequest, content: &Markup) -> Markup {
    html! { @if page.sends_mail() { (content) } @else { p.quiet { (page.text(Text::NoMail)) } } }
}

/// The way back to the overview.
pub(crate) fn back(page: &PageRequest) -> Markup {
    html! { p.back { a href="/account" { (page.text(Text::BackToAccount)) } } }
}

/// A form of this class that is no more than a button, with what it does it to.
pub(crate) fn one_button(
    page: &PageRequest,
    class: Option<&str>,
    action: &str,
    text: Text,
    about: Option<&str>,
    fields: &[(&str, &str)],
) -> Markup {
    html! {
        form class=[class] method="post" action=(action) {
            (page.blank().token())
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.plain aria-label=[about.map(|about| format!("{}: {about}", page.text(text)))] { (page.text(text)) }
        }
    }
}
