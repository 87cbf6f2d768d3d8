use maud::{Markup, html};
use ore_domain::PermissionSet;

use crate::components::one_button;
use crate::form::FormView;
use crate::page_request::PageRequest;
use crate::texts::Text;

/// Which form of a page with several was not taken, and how it is shown again.
pub(crate) struct RejectedForm<'a, F> {
    pub(crate) form: F,
    pub(crate) view: &'a FormView<'a>,
}

impl<'a, F: PartialEq> RejectedForm<'a, F> {
    /// How this form is shown: as it was sent, if it is the one.
    pub(crate) fn view_of(rejected: Option<&Self>, form: &F, blank: &'a FormView<'a>) -> &'a FormView<'a> {
        rejected.filter(|rejected| rejected.form == *form).map_or(blank, |rejected| rejected.view)
    }
}

/// A word about the state of something.
pub(crate) fn badge(page: &PageRequest, text: Text) -> Markup {
    html! { span.badge { (page.text(text)) } " " }
}

/// A button that does one thing, with what it does it to.
pub(crate) fn action_button(
    page: &PageRequest,
    action: &str,
    text: Text,
    about: Option<&str>,
    fields: &[(&str, &str)],
) -> Markup {
    one_button(page, Some("action"), action, text, about, fields)
}

/// A box for each permission that the caller may grant, and for each that is granted already; the latter are ticked.
pub(crate) fn permission_boxes(view: &FormView<'_>, given: PermissionSet) -> Markup {
    let offered = view.page.context.permissions.union(given);
    html! {
        fieldset {
            legend { (view.text(Text::KeyPermissions)) }
            @for permission in offered.iter() {
                (view.tick("permissions", permission.name(), permission.name(), given.contains(permission)))
            }
        }
    }
}

/// A table, of which each row is a card where it is narrow. The roles stay what they are when the style takes the layout away.
pub(crate) fn table(page: &PageRequest, caption: Text, columns: &[Text], rows: &[Vec<Markup>]) -> Markup {
    html! {
        @if rows.is_empty() { p.quiet { (page.text(Text::NothingFound)) } } @else {
            table.list role="table" aria-label=(page.text(caption)) {
                thead role="rowgroup" {
                    tr role="row" { @for column in columns { th role="columnheader" scope="col" { (page.text(*column)) } } }
                }
                tbody role="rowgroup" {
                    @for row in rows {
                        tr role="row" {
                            @for (column, cell) in columns.iter().zip(row) {
                                td role="cell" data-label=(page.text(*column)) { div { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
