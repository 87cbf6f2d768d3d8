//! A program of somebody else: its dependencies and their features are all that it is for. `cargo xtask features` builds its
//! tests.
