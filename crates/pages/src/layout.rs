use maud::{DOCTYPE, Markup, html};
use ore_domain::Locale;

use crate::Site;
use crate::texts::Text;

/// What surrounds the content of a page.
pub(crate) struct Layout<'a> {
    pub(crate) site: &'a Site,
    pub(crate) locale: Locale,
    /// Of the session, where somebody is signed in.
    pub(crate) form_token: Option<String>,
}

impl Layout<'_> {
    pub(crate) fn page(&self, title: Text, content: &Markup) -> Markup {
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
                body {
                    a.skip href="#main" { (self.text(Text::SkipToContent)) }
                    header { (self.header()) }
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
            @if let Some(token) = &self.form_token {
                form method="post" action="/account/logout" {
                    input type="hidden" name="form" value=(token);
                    button.plain { (self.text(Text::LogOut)) }
                }
            }
        }
    }

    fn text(&self, text: Text) -> &str {
        self.site.text(self.locale, text)
    }
}
