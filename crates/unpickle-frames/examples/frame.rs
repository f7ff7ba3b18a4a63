//! Writes a table as a pickled frame: `frame IN.parquet OUT.pkl pandas-2 4`.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use unpickle_core::Protocol;
use unpickle_frames::{FrameOptions, InputFormat, open, write_frame};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, target, protocol] = &args[..] else {
        return Err("frame IN OUT TARGET PROTOCOL".into());
    };
    let input = Path::new(input);
    let table = open(input, InputFormat::of(input).ok_or("no known ending")?)?;
    let options = FrameOptions::new()
        .with_target(target.parse()?)
        .with_protocol(Protocol::try_from(protocol.parse::<u8>()?)?);
    let written = write_frame(&*table, &options, File::create(output)?)?;
    assert_eq!(written.rows, table.num_rows());
    Ok(())
}
