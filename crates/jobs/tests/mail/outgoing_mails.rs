use std::time::Duration;

use lettre::Message;
use ore_domain::{Locale, MailSender, Timestamp};
use ore_jobs::{MailTemplate, OutgoingMail, TemplateValues, Templates, compose};
use uuid::Uuid;

pub(crate) const LINK: &str = "https://www.example.org/verify#token=ore_mt_abc";
pub(crate) const TOKEN: &str = "ore_mt_abc";

pub(crate) fn sender() -> MailSender {
    MailSender { name: Some("账户, ORE".to_owned()), address: "no-reply@example.org".to_owned() }
}

pub(crate) fn values() -> TemplateValues {
    TemplateValues {
        link: Some(LINK.to_owned()),
        token: Some(TOKEN.to_owned()),
        valid_for: Some(Duration::from_hours(24)),
        address: Some("new@example.org".to_owned()),
        device: Some("Firefox on Linux".to_owned()),
    }
}

pub(crate) fn outgoing(template: MailTemplate, locale: Locale) -> OutgoingMail {
    OutgoingMail {
        id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007),
        template,
        to: "ada@example.org".to_owned(),
        locale,
        created_at: Timestamp::from_timestamp_micros(1_764_000_000_000_000).unwrap(),
        values: values(),
    }
}

pub(crate) fn templates() -> Templates {
    Templates::load("MyApp", None).unwrap()
}

pub(crate) fn mail(outgoing: &OutgoingMail) -> Message {
    compose(outgoing, &sender(), &templates()).unwrap()
}

pub(crate) fn some_mail() -> Message {
    mail(&outgoing(MailTemplate::VerifyEmail, Locale::En))
}

pub(crate) fn mail_to(address: &str) -> Message {
    mail(&OutgoingMail { to: address.to_owned(), ..outgoing(MailTemplate::Test, Locale::ZhCn) })
}
