use std::fmt;
use std::time::Duration;

use ore_domain::{Locale, Timestamp};
use uuid::Uuid;

use crate::MailTemplate;

/// The content and the recipient of one mail. `Debug` prints no address and no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The same at every attempt to send it: the `Message-ID` is made of it.
    pub id: Uuid,
    /// The template.
    pub template: MailTemplate,
    /// The address that it goes to.
    pub to: String,
    /// The language of its reader.
    pub locale: Locale,
    /// When it was written, which is its `Date`.
    pub created_at: Timestamp,
    /// The values for the template.
    pub values: TemplateValues,
}

/// What stands in the places of a template. Each variant of [`MailTemplate`] says what it is about; the device alone may be
/// unknown where the others are needed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TemplateValues {
    /// The link to follow, an `http` or `https` URL that carries the token.
    pub link: Option<String>,
    /// The token of the link, for pages without JavaScript.
    pub token: Option<String>,
    /// How long the link is valid.
    pub valid_for: Option<Duration>,
    /// Another address than the one that the mail goes to, such as a new one.
    pub address: Option<String>,
    /// The device that something was done with; may be unknown.
    pub device: Option<String>,
}

impl TemplateValues {
    /// Every value, once with and once without what may be unknown, to try templates with.
    pub(crate) fn examples() -> [Self; 2] {
        let all = Self {
            link: Some("https://www.example.org/verify#token=ore_mt_example".to_owned()),
            token: Some("ore_mt_example".to_owned()),
            valid_for: Some(Duration::from_hours(24)),
            address: Some("name@example.org".to_owned()),
            device: Some("Firefox on Linux".to_owned()),
        };
        [Self { device: None, ..all.clone() }, all]
    }
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut outgoing = formatter.debug_struct("OutgoingMail");
        outgoing.field("id", &self.id).field("template", &self.template).field("locale", &self.locale);
        outgoing.field("created_at", &self.created_at).finish_non_exhaustive()
    }
}

impl fmt::Debug for TemplateValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TemplateValues").field("valid_for", &self.valid_for).finish_non_exhaustive()
    }
}
