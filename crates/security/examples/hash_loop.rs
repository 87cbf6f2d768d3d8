//! How many Argon2id hashes a second this machine computes, one thread for each core: by a plain loop over the crate
//! `argon2` in memory that is kept, and by `Argon2Hasher`, in turn.
//!
//! ```text
//! cargo run --release -p ore-security --example hash_loop -- <memory in KiB> <passes> <lanes> [threads] [seconds]
//! ```
//!
//! Prints one JSON object: the median of the rounds for each of the two, and of their ratio. There are as many rounds
//! as there is time for, and at least one.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program of its own talks to who runs it")]

use std::{
    env,
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use ore_security::password::{Argon2Hasher, HashMemory, HashParameters, Verification};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";
const ROUND: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = env::args().skip(1).map(|it| it.parse()).collect::<Result<Vec<u32>, _>>()?;
    let [memory_kib, passes, lanes, ref more @ ..] = arguments[..] else {
        return Err("usage: hash_loop <memory in KiB> <passes> <lanes> [threads] [seconds]".into());
    };
    let threads = match more.first() {
        Some(threads) => *threads,
        None => thread::available_parallelism()?.get().try_into()?,
    };
    // Each takes twice two seconds.
    let rounds = more.get(1).map_or(5, |&seconds| (seconds / 4).max(1));
    let parameters = Params::new(memory_kib, passes, lanes, None)?;
    let hasher = Argon2Hasher::new(HashParameters::new(memory_kib, passes, lanes)?);
    let (mut plain, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let bare = a_second(threads, || plain_loop(&parameters));
        let own = a_second(threads, || hasher_loop(&hasher));
        plain.push(bare);
        ours.push(own);
        ratios.push(own / bare);
    }
    let figures = json!({
        "memory_kib": memory_kib, "passes": passes, "lanes": lanes, "threads": threads, "rounds": rounds,
        "plain_hashes_per_second": median(&mut plain),
        "hasher_hashes_per_second": median(&mut ours),
        "ratio": median(&mut ratios),
    });
    println!("{figures}");
    Ok(())
}

/// A thread's way of computing a hash, over and over.
type Hash<'a> = Box<dyn FnMut() + 'a>;

fn plain_loop(parameters: &Params) -> Hash<'_> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters.clone());
    let mut memory = vec![Block::new(); parameters.block_count()];
    Box::new(move || {
        let mut hash = [0; 32];
        let hashed = argon2.hash_password_into_with_memory(PASSWORD.as_bytes(), &[0; 16], &mut hash, &mut memory);
        assert_eq!(hashed, Ok(()));
    })
}

fn hasher_loop(hasher: &Argon2Hasher) -> Hash<'_> {
    let mut memory = HashMemory::new();
    Box::new(move || assert_eq!(hasher.verify(PASSWORD, None, &mut memory), Ok(Verification::Mismatch)))
}

/// The hashes a second of so many threads, each of which has had one to begin with.
fn a_second<'a>(threads: u32, make: impl Fn() -> Hash<'a> + Sync) -> f64 {
    let warm = AtomicU32::new(0);
    thread::scope(|scope| {
        let work = || {
            let mut hash = make();
            hash();
            warm.fetch_add(1, Ordering::SeqCst);
            // Others still warm up: keep the cores as busy as they will be.
            while warm.load(Ordering::SeqCst) < threads {
                hash();
            }
            let (started, mut hashes) = (Instant::now(), 0_u32);
            while started.elapsed() < ROUND {
                hash();
                hashes += 1;
            }
            f64::from(hashes) / started.elapsed().as_secs_f64()
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).sum()
    })
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
