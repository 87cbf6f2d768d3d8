//! Makes the set of common passwords from a list on standard input, a password a line: `data/README.md`.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Read, Write};

use ore_domain::folded;

fn main() -> Result<(), Box<dyn Error>> {
    let mut list = String::new();
    io::stdin().read_to_string(&mut list)?;
    let passwords: BTreeSet<String> = list.lines().map(folded).filter(|password| !password.is_empty()).collect();
    io::stdout().write_all(fst::Set::from_iter(passwords)?.as_fst().as_bytes())?;
    Ok(())
}
