use maud::{Markup, html};

use crate::form::FormView;
use crate::texts::Text;

/// The ceremony that a script runs before it sends a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    /// A passkey that is made.
    Create,
    /// A passkey that is shown once the button was pressed.
    Show,
    /// The same, and browsers may offer passkeys where they fill in addresses.
    ShowOrFillIn,
}

impl Ceremony {
    const fn method(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Show | Self::ShowOrFillIn => "get",
        }
    }

    const fn options_path(self) -> &'static str {
        match self {
            Self::Create => "/account/second-factors/passkeys/options",
            Self::Show | Self::ShowOrFillIn => "/account/passkey-options",
        }
    }
}

impl FormView<'_> {
    /// A form that a script fills in with what a passkey shows. Nobody sees it where there are no scripts or no passkeys.
    pub(crate) fn passkey_form(&self, action: &str, ceremony: Ceremony, button: Text, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(action) hidden data-passkey=(ceremony.method())
                data-options=(ceremony.options_path()) data-autofill[ceremony == Ceremony::ShowOrFillIn] {
                (self.token())
                input type="hidden" name="credential" value="";
                input type="hidden" name="ceremony" value="";
                (fields)
                button.plain { (self.text(button)) }
                p.wrong role="alert" hidden data-failed { (self.text(Text::PasskeyFailed)) }
            }
            script type="module" src=(self.page.site.assets.passkeys.path()) {}
        }
    }
}
