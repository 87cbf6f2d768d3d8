use serde_json::Value;

use super::Workplace;

impl Workplace {
    /// The OpenAPI document of a service with these settings.
    pub(crate) fn openapi(&self, settings: &[(&str, &str)]) -> Value {
        serde_json::from_str(&self.run_with(&["openapi"], settings).succeeded()).unwrap()
    }
}

/// Every operation of the document: method in upper case, path, and what is said of it.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (String, String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    })
}
