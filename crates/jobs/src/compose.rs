use std::time::SystemTime;

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, MultiPartKind, SinglePart};
use ore_domain::MailSender;

use crate::templates::LOGO_ID;
use crate::{OutgoingMail, SendError, Templates, address};

/// Writes a mail: text with an HTML alternative (RFC 2046, 5.1.4) and the logo that this shows (RFC 2387), under a `Message-ID` (RFC 5322, 3.6.4),
/// `Date` and boundary that are the same whenever the mail is written, marked as nothing to be answered by a machine
/// (RFC 3834, 5).
///
/// # Errors
/// Permanent with the code `address` for an address that mail cannot have, and `template` for a mail that lacks a value
/// of its template; with the code `sender` for a sender that mail cannot have.
pub fn compose(outgoing: &OutgoingMail, from: &MailSender, templates: &Templates) -> Result<Message, SendError> {
    let sender = address::parse(&from.address).ok_or_else(|| SendError::temporary("sender"))?;
    let recipient = address::parse(&outgoing.to).ok_or_else(|| SendError::permanent("address"))?;
    let mail = templates.render_mail(outgoing).map_err(|_| SendError::permanent("template"))?;
    let envelope = Envelope::new(Some(sender.clone()), vec![recipient.clone()]);
    let envelope = envelope.map_err(|_| SendError::permanent("address"))?;
    let logo = templates.logo_of(&mail);
    let alternatives =
        alternatives(outgoing, mail.text, mail.html, logo).ok_or_else(|| SendError::permanent("template"))?;
    Message::builder()
        .envelope(envelope)
        .message_id(Some(format!("<{}@{}>", outgoing.id, sender.domain())))
        .date(SystemTime::from(outgoing.created_at))
        .from(Mailbox::new(from.name.clone(), sender))
        .to(Mailbox::new(None, recipient))
        .subject(mail.subject)
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", outgoing.locale.tag()))
        .multipart(alternatives)
        .map_err(|_| SendError::permanent("address"))
}

fn alternatives(outgoing: &OutgoingMail, text: String, html: String, logo: Option<&[u8]>) -> Option<MultiPart> {
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text);
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html);
    let boundary = |kind: &str| format!("ore-{kind}{}", outgoing.id.simple());
    let alternatives = MultiPart::builder().kind(MultiPartKind::Alternative).boundary(boundary("")).singlepart(text);
    let Some(logo) = logo else { return Some(alternatives.singlepart(html)) };
    let logo = Attachment::new_inline(LOGO_ID.to_owned()).body(logo.to_vec(), ContentType::parse("image/png").ok()?);
    let related = MultiPart::builder().kind(MultiPartKind::Related).boundary(boundary("logo-"));
    Some(alternatives.multipart(related.singlepart(html).singlepart(logo)))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
