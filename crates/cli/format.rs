//! The formats and codecs of the library, as the command line has them.

use std::path::Path;

use unpickle::arrays::ArrayFormat;
use unpickle::arrow::{Compression, Format as TableFormat};

/// What is written: a table, or arrays by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Table(TableFormat),
    Arrays(ArrayFormat),
}

impl Format {
    pub(crate) const PARQUET: Format = Format::Table(TableFormat::Parquet);

    /// What the ending of a file name stands for.
    pub(crate) fn from_path(path: &Path) -> Option<Format> {
        TableFormat::from_path(path)
            .map(Format::Table)
            .or_else(|| ArrayFormat::from_path(path).map(Format::Arrays))
    }

    /// The ending that files of this format have, without its dot.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Table(format) => format.extension(),
            Format::Arrays(format) => format.extension(),
        }
    }

    /// Whether a terminal can show it.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Format::Table(TableFormat::Csv | TableFormat::JsonLines))
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Table(TableFormat::Parquet) => "Parquet",
            Format::Table(TableFormat::Csv) => "CSV",
            Format::Table(TableFormat::Arrow) => "an Arrow file",
            Format::Table(TableFormat::ArrowStream) => "an Arrow stream",
            Format::Table(TableFormat::JsonLines) => "JSON lines",
            Format::Arrays(ArrayFormat::Npy) => "a .npy file",
            Format::Arrays(ArrayFormat::Npz) => "a .npz file",
            Format::Arrays(ArrayFormat::Safetensors) => "a .safetensors file",
            _ => "this format",
        }
    }

    /// Why it cannot be compressed so, if it cannot.
    pub(crate) fn refuses(self, codec: Compression) -> Option<String> {
        if matches!(codec, Compression::Auto | Compression::None) {
            return None;
        }
        let takes = match (self, codec) {
            (
                Format::Table(TableFormat::Arrow | TableFormat::ArrowStream),
                Compression::Lz4 | Compression::Zstd(_),
            )
            | (Format::Arrays(ArrayFormat::Npz), Compression::Gzip(_)) => return None,
            (Format::Table(TableFormat::Arrow | TableFormat::ArrowStream), _) => {
                "which takes zstd, lz4 or none"
            }
            (Format::Table(TableFormat::Csv | TableFormat::JsonLines), _) => {
                "which is plain text; write it to standard output (`-`) and compress that"
            }
            (Format::Arrays(ArrayFormat::Npz), _) => "which takes gzip (its deflate) or none",
            (Format::Arrays(_), _) => "which is never compressed",
            _ => return None,
        };
        Some(format!("--compression {codec} does not fit {}, {takes}", self.name()))
    }
}

/// The format of a name that `--to` takes.
pub(crate) fn parse_format(text: &str) -> Result<Format, String> {
    let table = text.parse().map(Format::Table).ok();
    table
        .or_else(|| text.parse().map(Format::Arrays).ok())
        .ok_or_else(|| "expected parquet, csv, arrow, arrows, jsonl, npz, npy or safetensors".into())
}

/// The codec of a name that `--compression` takes, with its level behind a colon.
pub(crate) fn parse_compression(text: &str) -> Result<Compression, String> {
    text.parse::<Compression>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_is_refused_where_it_does_not_fit() {
        let refuses = |format: &str, codec| parse_format(format).unwrap().refuses(codec);
        assert!(refuses("csv", Compression::Gzip(6)).unwrap().contains("does not fit CSV"));
        assert!(refuses("arrow", Compression::Snappy).unwrap().contains("zstd, lz4 or none"));
        assert_eq!(refuses("csv", Compression::None), None);
        assert_eq!(refuses("arrow", Compression::Lz4), None);
        assert_eq!(refuses("parquet", Compression::Brotli(1)), None);
        assert_eq!(refuses("npz", Compression::Gzip(6)), None);
        assert!(refuses("npz", Compression::Snappy).unwrap().contains("gzip"));
        assert!(refuses("safetensors", Compression::Gzip(6)).unwrap().contains("never compressed"));
    }

    #[test]
    fn what_is_unknown_says_what_is_known() {
        assert!(parse_format("xlsx").unwrap_err().contains("npz"));
        assert!(parse_compression("rar").unwrap_err().contains("expected snappy, zstd"));
        assert!(parse_compression("zstd:99").unwrap_err().contains("from 1 to 22"));
    }
}
