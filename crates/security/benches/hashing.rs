//! Argon2 as a hash lane runs it, against nothing but the crate `argon2` with memory that is kept.
//!
//! `cargo bench -p ore-security --bench hashing`: one thread, then one thread for each core. The two are to differ by
//! less than 5 %.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

use std::cell::RefCell;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use divan::{Bencher, black_box};
use ore_security::password::{Argon2Hasher, HashMemory, HashParameters};

const PASSWORD: &str = "correct horse battery staple";

/// Memory in KiB, passes, lanes: the default, and the least that production may use.
const COSTS: [(u32, u32, u32); 2] = [(65_536, 3, 4), (19_456, 2, 1)];

/// Every core.
const ALL: usize = 0;

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
    static MEMORY: RefCell<HashMemory> = const { RefCell::new(HashMemory::new()) };
}

fn main() {
    divan::main();
}

#[divan::bench(args = COSTS, threads = [1, ALL])]
fn plain_argon2(bencher: Bencher<'_, '_>, (memory_kib, time_cost, parallelism): (u32, u32, u32)) {
    let parameters = Params::new(memory_kib, time_cost, parallelism, None).unwrap();
    let blocks = parameters.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    bencher.bench(|| {
        BLOCKS.with_borrow_mut(|memory| {
            memory.resize(blocks, Block::new());
            let mut hash = [0; 32];
            let password = black_box(PASSWORD.as_bytes());
            argon2.hash_password_into_with_memory(password, &[0; 16], &mut hash, memory.as_mut_slice()).unwrap();
            hash
        })
    });
}

#[divan::bench(args = COSTS, threads = [1, ALL])]
fn hasher(bencher: Bencher<'_, '_>, (memory_kib, time_cost, parallelism): (u32, u32, u32)) {
    let hasher = Argon2Hasher::new(HashParameters::new(memory_kib, time_cost, parallelism).unwrap());
    bencher.bench(|| MEMORY.with_borrow_mut(|memory| hasher.verify(black_box(PASSWORD), None, memory).unwrap()));
}
