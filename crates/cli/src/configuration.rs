use ore_settings::{Listing, Sources, env_example};

use crate::Failure;
use crate::console::print;

/// Prints every setting, then the faults.
pub(crate) fn print_listing(sources: &Sources) -> Result<(), Failure> {
    let listing = Listing::of(sources);
    print(&listing.to_string())?;
    // The faults stand on standard output already, behind the settings they belong to.
    listing.check().map_err(|_| Failure::Usage("the settings have the faults that are listed".to_owned()))
}

pub(crate) fn print_example() -> Result<(), Failure> {
    print(&env_example())
}
