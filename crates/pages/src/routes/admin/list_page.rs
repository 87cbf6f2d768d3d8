use actix_web::{HttpResponse, ResponseError};
use maud::{Markup, html};
use ore_errors::ApiError;

use crate::admin::Query;
use crate::error_messages::ErrorMessages;
use crate::page_session::PageSession;
use crate::texts::Text;

/// A page of a list, as far as every list has the same.
pub(super) struct ListPage<'a> {
    pub(super) session: &'a PageSession,
    pub(super) path: &'static str,
    pub(super) title: Text,
    pub(super) query: &'a Query,
}

impl ListPage<'_> {
    /// The page with its items.
    pub(super) fn show(&self, filters: &Markup, items: &Markup, next: Option<&str>, below: &Markup) -> HttpResponse {
        let content = html! {
            (crate::components::notice(self.session))
            (filters)
            (items)
            (self.page_links(next))
            (below)
        };
        self.session.render(self.title, &content)
    }

    /// The page without items, which says what is wrong with the query.
    pub(super) fn refuse(&self, error: &ApiError, filters: &Markup) -> HttpResponse {
        let errors = ErrorMessages::of(error, &self.session.state.catalogue, self.session.locale);
        let content = html! {
            div.notice.wrong role="alert" {
                p { (errors.summary) }
                @for message in errors.of_fields() { p { (message) } }
            }
            (filters)
            p { a href=(self.path) { (self.session.text(Text::FirstPage)) } }
        };
        self.session.render_in(error.error_response(), self.title, &content)
    }

    fn page_links(&self, next: Option<&str>) -> Markup {
        html! {
            nav.ways aria-label=(self.session.text(Text::PagesOfList)) {
                @if let Some(first) = self.query.first_page(self.path) {
                    a href=(first) { (self.session.text(Text::FirstPage)) } " "
                }
                @if let Some(cursor) = next {
                    a href=(self.query.page(self.path, cursor)) rel="next" { (self.session.text(Text::NextPage)) }
                }
            }
        }
    }

    /// The form that asks for other items.
    pub(super) fn filters(&self, fields: &Markup) -> Markup {
        html! {
            form.filters method="get" action=(self.path) role="search" {
                (fields)
                button { (self.session.text(Text::Search)) }
            }
        }
    }

    /// A field of it.
    pub(super) fn field(&self, name: &str, label: Text, kind: &str) -> Markup {
        html! {
            div.field {
                label for=(name) { (self.session.text(label)) }
                input id=(name) name=(name) type=(kind) value=[self.query.get(name)] autocomplete="off" spellcheck="false";
            }
        }
    }

    /// A field of it that has these values, the first of which is what counts where nothing is chosen.
    pub(super) fn choice(&self, name: &str, label: Text, values: &[(&str, &str)]) -> Markup {
        let chosen = self.query.get(name).unwrap_or_default();
        html! {
            div.field {
                label for=(name) { (self.session.text(label)) }
                select id=(name) name=(name) {
                    @for (value, text) in values { option value=(value) selected[*value == chosen] { (text) } }
                }
            }
        }
    }
}
