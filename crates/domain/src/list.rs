/// A request for a page of a list, sorted by `S` and filtered by `F`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest<S, F> {
    /// Which items there are.
    pub filters: F,
    /// By what they are sorted. Of equals the key decides.
    pub sort: S,
    /// Whether the greatest comes first.
    pub is_descending: bool,
    /// The page begins after this place.
    pub after: Option<Position>,
    /// The most items of the page.
    pub limit: u32,
    /// Whether all items are to be counted.
    pub with_total: bool,
}

/// A request for a page of a list without filters, sorted by creation time.
pub type CreationListRequest = ListRequest<(), ()>;

/// A place in a list, which stays where it is when items come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The sort value of the last item, in the format of the store.
    pub value: String,
    /// The key of the item there.
    pub key: String,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct ListPage<T> {
    /// The items.
    pub items: Vec<T>,
    /// The position of the next page; `None` on the last page.
    pub next: Option<Position>,
    /// How many items there are on all pages, where that was asked for.
    pub total: Option<Total>,
}

/// How many items a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub number: u64,
    /// Whether there are more, which nobody counts.
    pub is_estimate: bool,
}

impl Total {
    /// No more items than this are counted.
    pub const MAX: u64 = 10_000;

    /// Of items of which at most one more than [`Total::MAX`] was counted.
    pub fn of_counted(counted: u64) -> Self {
        Self { number: counted.min(Self::MAX), is_estimate: counted > Self::MAX }
    }
}

impl<T> ListPage<T> {
    /// The same page of what `make` makes of the items.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> ListPage<U> {
        ListPage { items: self.items.into_iter().map(make).collect(), next: self.next, total: self.total }
    }

    /// The page that is asked for of a list that is short enough to be read whole. Where an item stands is told by
    /// `position`, in values that sort as texts.
    pub fn of_all<S: Copy, F>(
        items: Vec<T>,
        request: &ListRequest<S, F>,
        position: impl Fn(&T, S) -> Position,
    ) -> Self {
        let total = request.with_total.then(|| Total::of_counted(u64::try_from(items.len()).unwrap_or(u64::MAX)));
        let placed = items.into_iter().map(|item| {
            let position = position(&item, request.sort);
            (item, position)
        });
        let mut rows: Vec<_> = placed.collect();
        rows.sort_by(|(_, one), (_, other)| one.cmp(other));
        if request.is_descending {
            rows.reverse();
        }
        if let Some(after) = &request.after {
            rows.retain(|(_, position)| if request.is_descending { position < after } else { position > after });
        }
        Self::of_rows(rows, request.limit, total)
    }

    /// Of items of which there is one more than the limit where another page follows, each with its place.
    pub fn of_rows(mut rows: Vec<(T, Position)>, limit: u32, total: Option<Total>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|(_, position)| position.clone());
        Self { items: rows.into_iter().map(|(item, _)| item).collect(), next, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(number: u8) -> Vec<(u8, Position)> {
        (0..number).map(|key| (key, Position { value: String::new(), key: key.to_string() })).collect()
    }

    #[test]
    fn another_page_follows_where_a_row_is_left() {
        let page = ListPage::of_rows(rows(3), 2, None);
        assert_eq!((page.items, page.next.unwrap().key), (vec![0, 1], "1".to_owned()));
        assert_eq!(ListPage::of_rows(rows(2), 2, None).next, None);
        assert_eq!(ListPage::of_rows(rows(0), 2, None).next, None);
    }

    #[test]
    fn the_pages_of_a_list_that_is_read_whole_follow_each_other_in_both_directions() {
        for (is_descending, expected) in [(false, [2, 4, 6, 8]), (true, [8, 6, 4, 2])] {
            let mut request =
                ListRequest { filters: (), sort: (), is_descending, after: None, limit: 3, with_total: true };
            let page = |request: &ListRequest<(), ()>| {
                let position = |item: &u8, ()| Position { value: (item / 5).to_string(), key: item.to_string() };
                ListPage::of_all(vec![4, 8, 2, 6], request, position)
            };
            let first = page(&request);
            assert_eq!((&first.items[..], first.total.unwrap().number), (&expected[..3], 4));
            request.after = first.next;
            let second = page(&request);
            assert_eq!((&second.items[..], second.next), (&expected[3..], None));
        }
    }

    #[test]
    fn no_more_is_counted_than_the_most() {
        assert_eq!(Total::of_counted(10_000), Total { number: 10_000, is_estimate: false });
        assert_eq!(Total::of_counted(10_001), Total { number: 10_000, is_estimate: true });
    }
}
