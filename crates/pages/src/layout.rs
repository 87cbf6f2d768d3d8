use maud::{DOCTYPE, Markup, html};
use ore_domain::Locale;

use crate::Site;
use crate::admin_sections::sections_for;
use crate::page_context::PageContext;
use crate::texts::Text;

/// The frame around the content of a page.
pub(crate) struct Layout<'a> {
    pub(crate) site: &'a Site,
    pub(crate) locale: Locale,
    pub(crate) context: &'a PageContext,
}

impl Layout<'_> {
    pub(crate) fn render(&self, title: Text, content: &Markup) -> Markup {
        let title = self.text(title);
        html! {
            (DOCTYPE)
            html lang=(self.locale.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (self.site.name) }
                    link rel="stylesheet" href=(self.site.assets.style_sheet.path());
                    link rel="icon" type="image/svg+xml" href=(self.site.assets.icon.path());
                    script type="module" src=(self.site.assets.script.path()) {}
                }
                body.wide[self.context.section.is_some()] {
                    a.skip href="#main" { (self.text(Text::SkipToContent)) }
                    header { (self.header()) }
                    (self.banner())
                    (self.navigation())
                    main id="main" {
                        h1 { (title) }
                        (content)
                    }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            a.brand href="/account" {
                @if let Some(logo) = &self.site.assets.logo { img src=(logo.path()) alt="" height="32"; }
                (self.site.name)
            }
            @if !sections_for(self.context.permissions).is_empty() {
                a href="/admin" { (self.text(Text::AdminTitle)) }
            }
            @if self.context.impersonated_email.is_none() { (self.button("/account/logout", Text::LogOut)) }
        }
    }

    /// The bar for an impersonator on every page, with the way back.
    fn banner(&self) -> Markup {
        html! {
            @if let Some(user) = &self.context.impersonated_email {
                aside.acting aria-label=(self.text(Text::Acting)) {
                    p { (self.text(Text::ActingAs)) " " strong { (user) } }
                    (self.button("/account/impersonation/end", Text::EndActing))
                }
            }
        }
    }

    fn button(&self, action: &str, text: Text) -> Markup {
        html! {
            @if let Some(token) = &self.context.form_token {
                form method="post" action=(action) {
                    input type="hidden" name="form" value=(token);
                    button.plain { (self.text(text)) }
                }
            }
        }
    }

    fn navigation(&self) -> Markup {
        let sections = sections_for(self.context.permissions);
        html! {
            @if let Some(current) = self.context.section && !sections.is_empty() {
                nav.sections aria-label=(self.text(Text::AdminTitle)) {
                    ul {
                        @for section in sections {
                            li {
                                a href=(section.path) aria-current=[(section.path == current).then_some("page")] {
                                    (self.text(section.title))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn text(&self, text: Text) -> &str {
        self.site.text(self.locale, text)
    }
}
