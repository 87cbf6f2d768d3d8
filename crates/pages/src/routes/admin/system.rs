use actix_web::HttpResponse;
use maud::{Markup, html};

use crate::admin::{Operator, table};
use crate::page_session::PageSession;
use crate::texts::Text;

/// The metrics on the page: log-ins, refusals, latency, worker pools, mails.
const FIGURES: [&str; 9] = [
    "auth_attempts_total",
    "request_duration_seconds",
    "rate_limited_total",
    "http_request_duration_highr_seconds",
    "worker_pool_queue_depth",
    "worker_pool_busy_threads",
    "worker_pool_wait_seconds",
    "worker_pool_refusals_total",
    "mail_attempts_total",
];

const OF_FIGURES: [Text; 3] = [Text::Figure, Text::Labels, Text::Value];
const OF_SETTINGS: [Text; 3] = [Text::Setting, Text::Value, Text::Source];

/// The state of this replica. Other replicas show their own.
pub(super) async fn page(operator: Operator) -> HttpResponse {
    let content = html! {
        (state(&operator))
        h2 { (operator.text(Text::Figures)) }
        (figures(&operator))
        h2 { (operator.text(Text::Settings)) }
        p { (operator.text(Text::SettingsIntro)) }
        (settings(&operator))
    };
    operator.render(Text::AdminSystem, &content)
}

fn state(page: &PageSession) -> Markup {
    let (state, readiness) = (&page.state, &page.state.readiness);
    let shown = |is: bool| page.text(if is { Text::Yes } else { Text::No });
    html! {
        p { (page.text(Text::SystemIntro)) }
        dl {
            dt { (page.text(Text::Version)) }
            dd { (state.version) }
            dt { (page.text(Text::Ready)) }
            dd { (shown(readiness.is_ready())) }
            dt { (page.text(Text::HasSchema)) }
            dd { (shown(readiness.has_schema())) }
        }
    }
}

fn figures(page: &PageSession) -> Markup {
    let shown = page.metrics.figures(&FIGURES);
    let rows: Vec<_> = shown
        .into_iter()
        .map(|figure| vec![html! { code { (figure.name) } }, html! { (figure.labels) }, html! { (figure.value) }])
        .collect();
    table(page, Text::Figures, &OF_FIGURES, &rows)
}

/// Secrets were masked when the process read them.
fn settings(page: &PageSession) -> Markup {
    let row =
        |[name, value, source]: &[String; 3]| vec![html! { code { (name) } }, html! { (value) }, html! { (source) }];
    let rows: Vec<_> = page.site.settings.iter().map(row).collect();
    table(page, Text::Settings, &OF_SETTINGS, &rows)
}
