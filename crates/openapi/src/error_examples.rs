use std::collections::BTreeSet;

use ore_domain::{EmailError, PasswordError, PasswordPolicy};
use ore_errors::{ApiError, Problem, render};
use ore_schemas::{FieldError, Violation};
use serde_json::Value;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use crate::ExampleContext;
use crate::operations::{operations, responses};

const REQUEST_ID: &str = "01a2041e-213a-73b5-8e99-f9bd446c72db";

/// A problem's example where a response shows it; the example itself stands among the components.
pub(crate) fn reference(problem: Problem) -> (String, RefOr<Example>) {
    let name = name(problem);
    (name.clone(), RefOr::Ref(Ref::new(format!("#/components/examples/{name}"))))
}

/// The problems whose examples a response shows.
pub(crate) fn shown_by(response: &Response) -> Vec<Problem> {
    problems_of(&examples_in(response).collect())
}

/// Adds the example of every problem that some operation of the document shows.
pub(crate) fn add(document: &mut OpenApi, context: &ExampleContext<'_>) {
    let mut shown = BTreeSet::new();
    for (_, operation) in operations(document) {
        shown.extend(responses(operation).flat_map(|(_, response)| examples_in(response)));
    }
    let examples = problems_of(&shown).into_iter().map(|problem| (name(problem), example(problem, context).into()));
    document.components.get_or_insert_default().examples.extend(examples);
}

/// The names of the examples that a response shows.
fn examples_in(response: &Response) -> impl Iterator<Item = String> {
    let contents = response.content.values().filter_map(|content| match content {
        RefOr::T(content) => Some(content),
        RefOr::Ref(_) => None,
    });
    contents.flat_map(|content| content.examples.keys().cloned())
}

fn problems_of(examples: &BTreeSet<String>) -> Vec<Problem> {
    Problem::ALL.iter().copied().filter(|problem| examples.contains(&name(*problem))).collect()
}

fn name(problem: Problem) -> String {
    format!("{problem:?}")
}

fn example(problem: Problem, context: &ExampleContext<'_>) -> Example {
    ExampleBuilder::new().summary(context.text(problem.message())).value(body(problem, context)).build()
}

fn body(problem: Problem, context: &ExampleContext<'_>) -> Option<Value> {
    let error = match problem {
        Problem::ValidationFailed => ApiError::Validation(faulty_fields(context.password)),
        other => other.into(),
    };
    let body = render(&error, context.catalogue, context.locale, ExampleContext::timestamp(), REQUEST_ID)?;
    serde_json::to_value(body).ok()
}

fn faulty_fields(policy: PasswordPolicy) -> Vec<FieldError> {
    let too_short = PasswordError::TooShort { minimum: policy.min_length };
    vec![
        FieldError { field: "email", violation: Violation::Email(EmailError::Malformed) },
        FieldError { field: "password", violation: Violation::Password(too_short) },
    ]
}
