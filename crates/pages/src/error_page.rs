use actix_web::HttpRequest;
use actix_web::web::Data;
use maud::html;
use ore_domain::Locale;
use ore_errors::{ApiError, ErrorPages};
use ore_web::context::RequestContext;
use ore_web::state::ApiState;

use crate::Site;
use crate::fault::Fault;
use crate::layout::Layout;
use crate::surroundings::Surroundings;
use crate::texts::Text;

impl ErrorPages for Site {
    fn render(&self, error: &ApiError, request: &HttpRequest) -> String {
        let context = RequestContext::of(request);
        let state = request.app_data::<Data<ApiState>>();
        let locale = context.as_ref().map_or(Locale::En, |context| context.locale);
        let fault = state.map(|state| Fault::of(error, &state.catalogue, locale));
        let summary = fault.as_ref().map_or("", |fault| fault.summary.as_str());
        let body = html! {
            p { (summary) }
            @if let Some(context) = &context {
                p.quiet { (self.text(locale, Text::RequestId)) " " code { (context.id()) } }
            }
            p { a href="/account" { (self.text(locale, Text::BackToAccount)) } }
        };
        Layout { site: self, locale, surroundings: &Surroundings::known_of(request) }
            .page(Text::ErrorTitle, &body)
            .into_string()
    }
}
