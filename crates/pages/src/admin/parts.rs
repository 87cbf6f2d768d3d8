use maud::{Markup, html};
use ore_domain::PermissionSet;

use crate::components::one_button;
use crate::form::FormView;
use crate::texts::Text;
use crate::visit::Visit;

/// Which form of a page with several was not taken, and how it is shown again.
pub(crate) struct Failed<'a, F> {
    pub(crate) form: F,
    pub(crate) view: &'a FormView<'a>,
}

impl<'a, F: PartialEq> Failed<'a, F> {
    /// How this form is shown: as it was sent, if it is the one.
    pub(crate) fn view_of(failed: Option<&Self>, form: &F, blank: &'a FormView<'a>) -> &'a FormView<'a> {
        failed.filter(|failed| failed.form == *form).map_or(blank, |failed| failed.view)
    }
}

/// A word about the state of something.
pub(crate) fn badge(visit: &Visit, text: Text) -> Markup {
    html! { span.badge { (visit.text(text)) } " " }
}

/// A button that does one thing, with what it does it to.
pub(crate) fn deed(visit: &Visit, action: &str, text: Text, about: Option<&str>, fields: &[(&str, &str)]) -> Markup {
    one_button(visit, Some("deed"), action, text, about, fields)
}

/// A box for each permission that the caller may grant, and for each that is granted already; the latter are ticked.
pub(crate) fn permission_boxes(view: &FormView<'_>, given: PermissionSet) -> Markup {
    let offered = view.visit.surroundings.may.union(given);
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
pub(crate) fn table(visit: &Visit, caption: Text, columns: &[Text], rows: &[Vec<Markup>]) -> Markup {
    html! {
        @if rows.is_empty() { p.quiet { (visit.text(Text::NothingFound)) } } @else {
            table.list role="table" aria-label=(visit.text(caption)) {
                thead role="rowgroup" {
                    tr role="row" { @for column in columns { th role="columnheader" scope="col" { (visit.text(*column)) } } }
                }
                tbody role="rowgroup" {
                    @for row in rows {
                        tr role="row" {
                            @for (column, cell) in columns.iter().zip(row) {
                                td role="cell" data-label=(visit.text(*column)) { div { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
