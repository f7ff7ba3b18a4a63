//! Encodes pickles again, at each protocol. `tests/python/test_encode.py` compares that with what CPython writes.
//!
//! Reads pickles from standard input, each behind its length in four bytes. Writes for each the pickles of protocols 0 to 5 and, where
//! an argument `optimized` is given, those without what is remembered for nothing; in the same form. What cannot be decoded or encoded is
//! empty, and told on standard error.

use std::io::{self, BufWriter, Read, Write};

use unpickle_core::{EncodeOptions, Pickle, Protocol};

fn main() -> io::Result<()> {
    let optimized = std::env::args().any(|argument| argument == "optimized");
    let (mut input, mut at) = (Vec::new(), 0);
    io::stdin().read_to_end(&mut input)?;
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(len) = input.get(at..at + 4).and_then(|len| len.first_chunk()) {
        let start = at + 4;
        at = start + u32::from_le_bytes(*len) as usize;
        let pickle = Pickle::parse(input.get(start..at).unwrap_or_default());
        for number in 0..=5 {
            let options = Protocol::try_from(number)
                .map(|protocol| EncodeOptions::new().with_protocol(protocol).with_optimized(optimized));
            let encoded = match (&pickle, options) {
                (Ok(pickle), Ok(options)) => options.to_vec(pickle.root()).map_err(|error| error.to_string()),
                (Err(error), _) => Err(error.to_string()),
                (_, Err(error)) => Err(error.to_string()),
            };
            let bytes = encoded.unwrap_or_else(|error| {
                _ = writeln!(io::stderr(), "{error}");
                Vec::new()
            });
            out.write_all(&(bytes.len() as u32).to_le_bytes())?;
            out.write_all(&bytes)?;
        }
    }
    out.flush()
}
