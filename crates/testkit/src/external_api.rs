use std::collections::VecDeque;
use std::sync::Mutex;

use ore_domain::BoxFuture;
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use serde_json::Value;

/// An external service that gives prepared answers and remembers what it was asked.
#[derive(Debug, Default)]
pub struct FakeExternalApi {
    answers: Mutex<VecDeque<Result<Value, ExternalApiError>>>,
    calls: Mutex<Vec<ExternalCall>>,
}

impl FakeExternalApi {
    /// Gives these answers, one after the other, and is unavailable after the last.
    pub fn answering(answers: impl IntoIterator<Item = Result<Value, ExternalApiError>>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), calls: Mutex::default() }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<ExternalCall> {
        self.calls.lock().unwrap().clone()
    }
}

impl ExternalApi for FakeExternalApi {
    fn call(&self, call: ExternalCall) -> BoxFuture<'_, Result<Value, ExternalApiError>> {
        self.calls.lock().unwrap().push(call);
        let answer = self.answers.lock().unwrap().pop_front();
        let unavailable = || Err(ExternalApiError::Unavailable("no answer was prepared".into()));
        Box::pin(async move { answer.unwrap_or_else(unavailable) })
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fake_gives_its_answers_in_order_and_is_unavailable_after_the_last() {
        let fake = FakeExternalApi::answering([Ok(json!(1)), Err(ExternalApiError::Refused(404))]);
        let call = ExternalCall::get("/a").with_query("b", "c");
        assert_eq!(block_on(fake.call(call.clone())).unwrap(), json!(1));
        assert!(matches!(block_on(fake.call(ExternalCall::delete("/d"))), Err(ExternalApiError::Refused(404))));
        assert!(matches!(block_on(fake.call(call.clone())), Err(ExternalApiError::Unavailable(_))));
        assert_eq!(fake.calls(), [call.clone(), ExternalCall::delete("/d"), call]);
    }
}
