//! The command `pkl2parquet`.
