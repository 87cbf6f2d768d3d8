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
