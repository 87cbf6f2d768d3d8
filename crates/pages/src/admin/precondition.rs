use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use ore_security::random::random_bytes;
use ore_web::error::{ApiError, Problem};
use ore_web::etag::IfMatch;
use ore_web::extract::PageForm;

/// The field with the tag of what a form was made from, without its quotes.
const TAG: &str = "tag";

/// The `ETag` of the object of a form, at the time when the page was made.
pub(crate) fn tag_field(etag: &str) -> Markup {
    html! { input type="hidden" name=(TAG) value=(etag.trim_matches('"')); }
}

/// What a form expects of something that has this tag now, as `If-Match` in a call.
///
/// # Errors
/// [`Problem::PreconditionRequired`], [`Problem::PreconditionFailed`].
pub(crate) fn if_match(form: &PageForm, etag: &str) -> Result<IfMatch, ApiError> {
    let tag = form.get(TAG).ok_or(Problem::PreconditionRequired)?;
    let if_match = IfMatch::Tags(vec![format!("\"{tag}\"")]);
    if if_match.admits(etag) { Ok(if_match) } else { Err(Problem::PreconditionFailed.into()) }
}

/// The idempotency key of a form that creates something. If the form is sent again, it gets the same answer.
pub(crate) fn once_field() -> Markup {
    let key = random_bytes::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    html! { @if let Ok(key) = key { input type="hidden" name="once" value=(key); } }
}
