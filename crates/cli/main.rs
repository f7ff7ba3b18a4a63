//! The command.

fn main() -> std::process::ExitCode {
    pkl2parquet::run(std::env::args_os())
}
