use serde_json::Value;

use super::TestDir;

impl TestDir {
    /// The OpenAPI document of a service with these settings.
    pub(crate) fn openapi(&self, settings: &[(&str, &str)]) -> Value {
        serde_json::from_str(&self.run_with(&["openapi"], settings).succeeded()).unwrap()
    }
}

/// The status and the description of an operation's success.
pub(crate) fn success(operation: &Value) -> (&str, &Value) {
    let mut responses = operation["responses"].as_object().unwrap().iter();
    responses.find(|(status, _)| status.starts_with('2')).map(|(status, response)| (status.as_str(), response)).unwrap()
}

/// The names of all fields, with the types of the values in place of the values.
pub(crate) fn shape(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(values) => values.iter().map(shape).collect(),
        Value::String(_) => "string".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Null => Value::Null,
    }
}

/// Every operation of the document: its method in upper case, its path and its description.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (String, String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    })
}
