use maud::{Markup, html};

use crate::done;
use crate::texts::Text;
use crate::visit::Visit;

/// A message about the form before the redirect to this page.
pub(crate) fn notice(visit: &Visit) -> Markup {
    html! {
        @if let Some(text) = done::of_query(&visit.request) {
            div.notice role="status" { (visit.text(text)) }
        }
    }
}

/// A link of its own line.
pub(crate) fn link(visit: &Visit, path: &str, text: Text) -> Markup {
    html! { p { a href=(path) { (visit.text(text)) } } }
}

/// The way back to the overview.
pub(crate) fn back(visit: &Visit) -> Markup {
    html! { p.back { a href="/account" { (visit.text(Text::BackToAccount)) } } }
}

/// A form of this class that is no more than a button, with what it does it to.
pub(crate) fn one_button(
    visit: &Visit,
    class: Option<&str>,
    action: &str,
    text: Text,
    about: Option<&str>,
    fields: &[(&str, &str)],
) -> Markup {
    html! {
        form class=[class] method="post" action=(action) {
            (visit.blank().token())
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.plain aria-label=[about.map(|about| format!("{}: {about}", visit.text(text)))] { (visit.text(text)) }
        }
    }
}
