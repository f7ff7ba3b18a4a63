//! [`Packing`]: compressing what is written.

use std::io::{self, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;

/// How a file is compressed, which the ending of its name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packing {
    /// Not at all.
    #[default]
    None,
    /// gzip: `.gz`
    Gzip,
    /// bzip2: `.bz2`
    Bzip2,
    /// xz: `.xz`
    Xz,
    /// zstd: `.zst`
    Zstd,
    /// A zip archive of one file: `.zip`
    Zip,
}

impl Packing {
    /// By the ending of a name, as pandas tells it: `grades.pkl.gz`.
    ///
    /// ```
    /// use unpickle_file::Packing;
    ///
    /// assert_eq!(Packing::of("grades.pkl.gz".as_ref()), Packing::Gzip);
    /// assert_eq!(Packing::of("grades.pkl".as_ref()), Packing::None);
    /// ```
    pub fn of(path: &Path) -> Packing {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Packing::Gzip,
            "bz2" => Packing::Bzip2,
            "xz" => Packing::Xz,
            "zst" | "zstd" => Packing::Zstd,
            "zip" => Packing::Zip,
            _ => Packing::None,
        }
    }

    /// Compresses whatever `write` writes, into `out`. `name` is what the file inside of a zip archive is called.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// use unpickle_file::{Input, OpenOptions, Packing};
    ///
    /// let mut packed = Vec::new();
    /// Packing::Xz.pack("seven.pkl", &mut packed, |out| out.write_all(b"K\x07."))?;
    /// let input = Input::from_reader(&packed[..], &OpenOptions::new()).unwrap();
    /// assert_eq!(input.as_ref(), b"K\x07.");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Writing fails, or `write` does.
    pub fn pack<W: Write, T, E: From<io::Error>>(
        self,
        name: &str,
        mut out: W,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Packing::None => write(&mut out),
            Packing::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(out, flate2::Compression::default());
                let done = write(&mut packer)?;
                packer.finish()?;
                Ok(done)
            }
            Packing::Bzip2 => {
                let mut packer = bzip2::write::BzEncoder::new(out, bzip2::Compression::best());
                let done = write(&mut packer)?;
                packer.finish()?;
                Ok(done)
            }
            Packing::Xz => {
                let mut packer = lzma_rust2::XzWriter::new(out, lzma_rust2::XzOptions::with_preset(6))?;
                let done = write(&mut packer)?;
                packer.finish()?;
                Ok(done)
            }
            Packing::Zstd => {
                let mut packer = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                let done = write(&mut packer)?;
                packer.finish()?;
                Ok(done)
            }
            Packing::Zip => {
                let mut packer = zip::ZipWriter::new_stream(out);
                let options = SimpleFileOptions::default().large_file(true);
                packer.start_file(name, options).map_err(io::Error::from)?;
                let done = write(&mut packer)?;
                packer.finish().map_err(io::Error::from)?;
                Ok(done)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, OpenOptions};

    #[test]
    fn what_is_packed_is_unpacked_again() {
        let data: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        for packing in
            [Packing::None, Packing::Gzip, Packing::Bzip2, Packing::Xz, Packing::Zstd, Packing::Zip]
        {
            let mut packed = Vec::new();
            let write = |out: &mut dyn Write| data.chunks(1000).try_for_each(|part| out.write_all(part));
            packing.pack::<_, _, io::Error>("a.pkl", &mut packed, write).unwrap();
            let input = Input::from_reader(&packed[..], &OpenOptions::new()).unwrap();
            assert!(input.as_ref() == &data[..], "{packing:?}");
        }
    }

    #[test]
    fn errors_of_the_writer_are_passed_on() {
        let fail = |_: &mut dyn Write| Err::<(), _>(io::Error::other("no"));
        for packing in [Packing::None, Packing::Gzip, Packing::Zip] {
            assert_eq!(packing.pack("a", Vec::new(), fail).unwrap_err().to_string(), "no");
        }
    }
}
