use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::{Client, Error};

/// A list as a stream over its pages, each of which is asked for when the one before is used up. Nothing is skipped or told
/// twice, whatever is written meanwhile. After an error it ends.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T>(BoxStream<'static, Result<T, Error>>);

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// The rest of a page, and the call for the next page.
struct Position<T> {
    items: VecDeque<T>,
    next: Option<Call>,
}

impl Client {
    pub(crate) fn pages<T: DeserializeOwned + Send + 'static>(&self, call: Call) -> Pages<T> {
        let client = self.clone();
        let position = Position { items: VecDeque::new(), next: Some(call) };
        let pages = stream::try_unfold(position, move |position| {
            let client = client.clone();
            async move { position.step(&client).await }
        });
        Pages(pages.boxed())
    }
}

impl<T: DeserializeOwned> Position<T> {
    async fn step(mut self, client: &Client) -> Result<Option<(T, Self)>, Error> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Ok(Some((item, self)));
            }
            let Some(call) = self.next.take() else { return Ok(None) };
            let page: Page<T> = client.data(call.clone()).await?;
            self.items = page.items.into();
            self.next = page.next_cursor.map(|cursor| at(call, cursor));
        }
    }
}

fn at(mut call: Call, cursor: String) -> Call {
    call.query.retain(|(name, _)| *name != "cursor");
    call.query.push(("cursor", cursor));
    call
}

impl<T> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").finish_non_exhaustive()
    }
}
