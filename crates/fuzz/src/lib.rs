//! What must hold for any bytes: one property a module, looked for by libFuzzer with seeds from the fixtures.
//!
//! `docs/fuzzing.md` says how to run it. Each property is a function of bytes that panics where it does not hold, so that
//! a test can ask it too; [`mutate`] changes pickles by their opcodes.

pub mod archive;
pub mod arrays;
pub mod arrow;
pub mod decode;
pub mod encode;
mod graph;
pub mod memory;
pub mod mutate;
mod opcodes;
pub mod ops;
mod reconstruct;
pub mod rows;
pub mod tables;

/// A program for libFuzzer that asks one property.
#[macro_export]
macro_rules! target {
    ($property:ident) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$property::check(data));

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            match $crate::mutate::mutate(&data[..size], max_size, seed.into()) {
                Some(changed) => {
                    data[..changed.len()].copy_from_slice(&changed);
                    changed.len()
                }
                None => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
            }
        });

        libfuzzer_sys::fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
            let mixed = $crate::mutate::mix(one, other, out.len(), seed.into());
            out[..mixed.len()].copy_from_slice(&mixed);
            mixed.len()
        });
    };
}
