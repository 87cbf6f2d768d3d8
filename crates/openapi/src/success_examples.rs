use utoipa::openapi::{OpenApi, RefOr};

use crate::operations::{operations, responses};
use crate::{ApiSection, ExampleContext};

/// Gives each success of every operation the answer that it would give to the example of its request.
pub(crate) fn add(document: &mut OpenApi, sections: &[ApiSection], context: &ExampleContext<'_>) {
    for (_, operation) in operations(document) {
        let name = operation.operation_id.clone().unwrap_or_default();
        for (status, response) in responses(operation).filter(|(status, _)| status.starts_with('2')) {
            // What is not finished yet has an answer of its own.
            let name = if status == "202" { format!("{name}_accepted") } else { name.clone() };
            let example = sections.iter().find_map(|section| (section.example)(&name, context));
            for content in response.content.values_mut() {
                if let RefOr::T(content) = content {
                    content.example.clone_from(&example);
                }
            }
        }
    }
}
