use serde::Serialize;

/// The data of an answer that has no more to say than that it was done: `null`.
///
/// Not `()`, for which the OpenAPI document would hold a schema that nothing refers to.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct Nothing;

#[cfg(test)]
mod tests {
    use super::Nothing;

    #[test]
    fn nothing_is_null() {
        assert_eq!(serde_json::to_string(&Nothing).unwrap(), "null");
    }
}
