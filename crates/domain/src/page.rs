/// Which part of a long list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: u32,
    size: u32,
}

impl Page {
    /// The most items of a page.
    pub const MAX_SIZE: u32 = 100;
    /// The items of a page where nobody says how many.
    pub const DEFAULT_SIZE: u32 = 20;

    /// The page of this number, counted from 1; `None` unless it has 1 to [`Page::MAX_SIZE`] items.
    pub const fn new(number: u32, size: u32) -> Option<Self> {
        if number == 0 || size == 0 || size > Self::MAX_SIZE {
            return None;
        }
        Some(Self { number, size })
    }

    /// How many items come before it.
    pub fn offset(self) -> u64 {
        u64::from(self.number - 1) * u64::from(self.size)
    }

    /// The most items that it has; fewer stand on the last page.
    pub const fn size(self) -> u32 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(1, 20, Some(0))]
    #[case::second(2, 20, Some(20))]
    #[case::largest(3, 100, Some(200))]
    #[case::last_of_all(u32::MAX, 100, Some(429_496_729_400))]
    #[case::counted_from_one(0, 20, None)]
    #[case::empty(1, 0, None)]
    #[case::too_large(1, 101, None)]
    fn a_page_begins_after_those_before_it(#[case] number: u32, #[case] size: u32, #[case] offset: Option<u64>) {
        assert_eq!(Page::new(number, size).map(Page::offset), offset);
    }
}
