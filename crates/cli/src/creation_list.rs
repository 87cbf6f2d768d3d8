use ore_domain::{CreationListRequest, ListPage, StoreError};

use crate::{Failure, advice};

/// Items asked for at a time.
const PAGE: u32 = 200;

/// Has every page of a list printed, the newest item first.
pub(crate) async fn each_page<T>(
    ask: impl AsyncFn(CreationListRequest) -> Result<ListPage<T>, StoreError>,
    mut print: impl FnMut(Vec<T>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let request =
            CreationListRequest { filters: (), sort: (), is_descending: true, after, limit: PAGE, with_total: false };
        let ListPage { items, next, .. } = ask(request).await.map_err(|error| advice::explain_store(&error))?;
        print(items)?;
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}
