//! Files that attack: each is run through the command within little memory and time, and decoded alone with every
//! allocation counted. `docs/attacks.md` is the table of them; the ignored test in `table` writes it.
#![cfg(target_os = "linux")]

mod archive;
mod attack;
mod command;
mod pickle;
mod table;

mod arrays;
mod bombs;
mod deep;
mod doubling;
mod frames;
mod joblib;
mod lengths;
mod memo;
mod quadratic;
mod torch;
mod zip;

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
