use std::fmt::Display;

use ore_security::password::{Argon2Hasher, EncodedHash, HashMemory, Verification};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::support::{hasher, verify};

assert_not_impl_any!(EncodedHash: Display, AsRef<str>, std::ops::Deref, PartialEq, serde::Serialize);
assert_not_impl_any!(HashMemory: Display, Clone);
assert_impl_all!(Argon2Hasher: Send, Sync, Clone);
assert_impl_all!(HashMemory: Send);

#[test]
fn debug_output_holds_no_part_of_a_hash() {
    let hash = hasher().hash("password", &mut HashMemory::new()).unwrap();
    assert_eq!(format!("{hash:?}"), "EncodedHash(..)");
    assert_eq!(format!("{:#?}", Some(&hash)), "Some(\n    EncodedHash(..),\n)");
    let hasher = format!("{:?}", hasher());
    assert!(!hasher.contains('$') && hasher.contains("HashParameters"), "{hasher}");
}

#[test]
fn debug_output_of_memory_holds_no_block() {
    let mut memory = HashMemory::new();
    hasher().hash("password", &mut memory).unwrap();
    assert_eq!(format!("{memory:?}"), "HashMemory { size_kib: 64, .. }");
}

#[test]
fn faults_hold_no_part_of_what_they_are_about() {
    for (password, stored) in [("canary-password\0", "$"), ("canary-password", "canary-hash"), ("a", "$canary$canary")]
    {
        let (Err(fault) | Ok(Verification::UnusableHash(fault))) = verify(password, stored) else {
            panic!("{stored} can be verified");
        };
        assert!(!format!("{fault} {fault:?}").contains("canary"));
    }
}
