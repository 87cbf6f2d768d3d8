use actix_web::HttpRequest;
use actix_web::web::Data;
use maud::html;
use ore_domain::Locale;
use ore_errors::{ApiError, ErrorPages};
use ore_web::context::RequestContext;
use ore_web::state::ApiState;

use crate::Site;
use crate::error_messages::ErrorMessages;
use crate::layout::Layout;
use crate::page_context::PageContext;
use crate::texts::Text;

impl ErrorPages for Site {
    fn render(&self, error: &ApiError, request: &HttpRequest) -> String {
        let context = RequestContext::of(request);
        let state = request.app_data::<Data<ApiState>>();
        let locale = context.as_ref().map_or(Locale::En, |context| context.locale);
        let errors = state.map(|state| ErrorMessages::of(error, &state.catalogue, locale));
        let summary = errors.as_ref().map_or("", |errors| errors.summary.as_str());
        let body = html! {
            p { (summary) }
            @if let Some(context) = &context {
                p.quiet { (self.text(locale, Text::RequestId)) " " code { (context.id()) } }
            }
            p { a href="/account" { (self.text(locale, Text::BackToAccount)) } }
        };
        Layout { site: self, locale, context: &PageContext::of_request(request) }
            .render(Text::ErrorTitle, &body)
            .into_string()
    }
}
