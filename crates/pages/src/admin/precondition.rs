use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::PageForm;
use ore_security::random::random_bytes;
use ore_services::Precondition;
use ore_web::etag::IfMatch;

/// The field with the tag of what a form was made from, without its quotes.
const TAG: &str = "tag";

/// The `ETag` of the object of a form, at the time when the page was made.
pub(crate) fn tag_field(etag: &str) -> Markup {
    html! { input type="hidden" name=(TAG) value=(etag.trim_matches('"')); }
}

/// What a form expects of something that is so now, as `If-Match` in a call; the transaction of the change decides it again.
///
/// # Errors
/// [`Problem::PreconditionRequired`], [`Problem::PreconditionFailed`].
pub(crate) fn expected_by<T: 'static>(
    form: &PageForm,
    current: &T,
    tag_of: fn(&T) -> String,
) -> Result<Precondition<T>, ApiError> {
    let tag = form.get(TAG).ok_or(Problem::PreconditionRequired)?;
    let if_match = IfMatch::Tags(vec![format!("\"{tag}\"")]);
    if !if_match.admits(&tag_of(current)) {
        return Err(Problem::PreconditionFailed.into());
    }
    Ok(if_match.into_precondition(tag_of))
}

/// The idempotency key of a form that creates something. If the form is sent again, it gets the same answer.
pub(crate) fn idempotency_key_field() -> Markup {
    let key = random_bytes::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    html! { @if let Ok(key) = key { input type="hidden" name="idempotency_key" value=(key); } }
}
