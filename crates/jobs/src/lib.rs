//! Mail: what a letter says, how it is written in the language of its reader, and how it leaves. Knows neither the
//! database nor the outbox that letters wait in.

mod address;
mod built_in;
mod cleaning;
mod compose;
mod directory;
mod encryption;
mod html;
mod letter;
mod mail_template;
mod overrides;
mod send_error;
mod smtp;
mod smtp_fault;
mod template_error;
mod template_names;
mod templates;
mod transport;
mod transport_options;
mod validity;

pub use compose::compose;
pub use letter::{Letter, LetterValues};
pub use mail_template::MailTemplate;
pub use send_error::SendError;
pub use template_error::TemplateError;
pub use templates::Templates;
pub use transport::{MailTransport, StartError};
pub use transport_options::TransportOptions;
