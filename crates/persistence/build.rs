//! Makes cargo notice migrations that come or go; it sees only changes in those it already embeds.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
