//! Writes the arrays in the values of a pickled dict as a new pickle, for the Python checks to load:
//! `rewrite IN OUT PROTOCOL`.

use std::error::Error;
use std::fs;

use unpickle_core::{EncodeOptions, Pickle, Protocol};
use unpickle_numpy::{ArrayEncoder, NdArray, NumpyNames};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, protocol] = &args[..] else { return Err("rewrite IN OUT PROTOCOL".into()) };
    let protocol = Protocol::try_from(protocol.parse::<u8>()?)?;
    let pickle = Pickle::parse(fs::read(input)?)?;
    let dict = pickle.root().as_dict().ok_or("no dict")?;
    let arrays: Vec<(&str, NdArray<'_>)> = dict
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?, value.extract().ok()?)))
        .filter(|(_, array): &(&str, NdArray<'_>)| array.objects().is_none())
        .collect();

    let out = fs::File::create(output)?;
    let mut out = EncodeOptions::new().with_protocol(protocol).with_memo(false).encoder(out)?;
    let mut encoder = ArrayEncoder::new(NumpyNames::Core);
    out.begin_dict(arrays.len())?;
    for (name, array) in &arrays {
        out.str(name)?;
        encoder.nd_array(&mut out, array)?;
    }
    out.end()?;
    out.finish()?;
    Ok(())
}
