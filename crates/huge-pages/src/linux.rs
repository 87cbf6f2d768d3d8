use std::mem::MaybeUninit;

use rustix::mm::{Advice, madvise};
use rustix::param::page_size;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    Huge,
    Small,
}

/// Gives advice on the whole pages in this memory (madvise(2)).
pub(super) fn advise<T>(memory: &mut [MaybeUninit<T>], pages: Pages) {
    let advice = match pages {
        Pages::Huge => Advice::LinuxHugepage,
        Pages::Small => Advice::LinuxNoHugepage,
    };
    let start = memory.as_mut_ptr().cast::<u8>();
    let before = start.align_offset(page_size());
    let Some(length) = size_of_val(memory).checked_sub(before) else { return };
    let length = length - length % page_size();
    // SAFETY: the range lies within `memory`, which is borrowed for us alone, and neither advice changes what it holds
    // or where it is.
    #[allow(unsafe_code, reason = "no library offers this call for memory that it has not allocated itself")]
    let given = unsafe { madvise(start.wrapping_add(before).cast(), length, advice) };
    // A kernel without huge pages refuses, and all goes on as without the advice.
    let _ = given;
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const MIB: usize = 1024 * 1024;

    /// The flags (`VmFlags`, proc(5)) of the mapping with this address.
    fn flags_at(address: usize) -> Vec<String> {
        let maps = fs::read_to_string("/proc/self/smaps").unwrap();
        let mut is_it = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let bounds = range.map(|(from, to)| (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)));
            if let Some((Ok(from), Ok(to))) = bounds {
                is_it = (from..to).contains(&address);
            }
            if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| is_it) {
                return flags.split_whitespace().map(str::to_owned).collect();
            }
        }
        panic!("{address:x} is not mapped: {maps}");
    }

    fn has(memory: &[MaybeUninit<u64>], flag: &str) -> bool {
        flags_at(memory.as_ptr().addr() + size_of_val(memory) / 2).iter().any(|it| it == flag)
    }

    fn kernel_has_them() -> bool {
        fs::exists("/sys/kernel/mm/transparent_hugepage").unwrap()
    }

    #[test]
    fn memory_is_under_huge_pages_until_it_is_to_do_without() {
        let mut memory: Vec<u64> = Vec::with_capacity(16 * MIB / 8);
        let memory = memory.spare_capacity_mut();
        assert!(!has(memory, "hg"));
        crate::ask_for(memory);
        assert_eq!(has(memory, "hg"), kernel_has_them());
        crate::do_without(memory);
        assert!(!has(memory, "hg"));
        assert_eq!(has(memory, "nh"), kernel_has_them());
    }

    #[test]
    fn what_memory_holds_stays_as_it_is() {
        let mut memory: Vec<MaybeUninit<u64>> = (0..MIB as u64).map(MaybeUninit::new).collect();
        crate::ask_for(&mut memory);
        crate::do_without(&mut memory);
        // SAFETY: every element was initialised above.
        #[allow(unsafe_code, reason = "what is tested is memory that may not be initialised")]
        let sum: u64 = memory.iter().map(|value| unsafe { value.assume_init() }).sum();
        assert_eq!(sum, (MIB as u64 - 1) * MIB as u64 / 2);
    }

    #[test]
    fn less_than_a_page_is_left_alone() {
        crate::ask_for(&mut [MaybeUninit::<u8>::uninit(); 3]);
        crate::ask_for::<u64>(&mut []);
    }
}
