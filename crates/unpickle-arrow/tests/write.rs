//! Every format, written from tables in memory and read back by the readers of Arrow's own crates.

#[path = "write/errors.rs"]
mod errors;
#[path = "write/arrow_ipc.rs"]
mod ipc_files;
#[path = "write/memory.rs"]
mod memory;
#[path = "write/parquet.rs"]
mod parquet_files;
#[path = "write/text.rs"]
mod text_files;
