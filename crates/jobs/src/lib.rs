//! What runs in the background: mails are sent from the outbox, and what is old is deleted.
//!
//! What a mail says, how it is written in the language of its reader and how it leaves knows neither the database nor the
//! outbox.

mod address;
mod audit_sealer;
mod built_in;
mod cleaning;
mod compose;
mod directory;
mod html;
mod line_stream;
mod mail_branding;
mod mail_template;
mod mail_worker;
mod outgoing_mail;
mod overrides;
mod send_error;
mod smtp;
mod smtp_fault;
mod sweeper;
mod template_error;
mod template_names;
mod templates;
mod transport;
mod transport_options;
mod validity;

pub use audit_sealer::AuditSealer;
pub use compose::compose;
pub use mail_branding::MailBranding;
pub use mail_template::MailTemplate;
pub use mail_worker::{Delivery, MailWorker};
pub use outgoing_mail::{OutgoingMail, TemplateValues};
pub use send_error::SendError;
pub use sweeper::Sweeper;
pub use template_error::TemplateError;
pub use templates::Templates;
pub use transport::{MailTransport, StartError};
pub use transport_options::TransportOptions;
