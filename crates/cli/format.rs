//! What is written: the formats and codecs of the library, as the command line has them.

use unpickle::arrow::{Compression, Format};

/// The format of a name that `--to` takes.
pub(crate) fn parse_format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| "expected parquet, csv, arrow, arrows or jsonl".into())
}

/// The codec of a name that `--compression` takes, with its level behind a colon.
pub(crate) fn parse_compression(text: &str) -> Result<Compression, String> {
    text.parse::<Compression>().map_err(|error| error.to_string())
}

/// What people call a format.
pub(crate) fn name(format: Format) -> &'static str {
    match format {
        Format::Parquet => "Parquet",
        Format::Csv => "CSV",
        Format::Arrow => "an Arrow file",
        Format::ArrowStream => "an Arrow stream",
        Format::JsonLines => "JSON lines",
        _ => "this format",
    }
}

/// Whether a terminal can show it.
pub(crate) fn is_text(format: Format) -> bool {
    matches!(format, Format::Csv | Format::JsonLines)
}

/// Why a format cannot be compressed so, if it cannot.
pub(crate) fn refuses(format: Format, codec: Compression) -> Option<String> {
    let plain = matches!(codec, Compression::Auto | Compression::None);
    let takes = match format {
        Format::Arrow | Format::ArrowStream => {
            if plain || matches!(codec, Compression::Lz4 | Compression::Zstd(_)) {
                return None;
            }
            "which takes zstd, lz4 or none"
        }
        Format::Csv | Format::JsonLines if !plain => {
            "which is plain text; write it to standard output (`-`) and compress that"
        }
        _ => return None,
    };
    Some(format!("--compression {codec} does not fit {}, {takes}", name(format)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_is_refused_where_it_does_not_fit() {
        assert!(refuses(Format::Csv, Compression::Gzip(6)).unwrap().contains("does not fit CSV"));
        assert!(refuses(Format::Arrow, Compression::Snappy).unwrap().contains("zstd, lz4 or none"));
        assert_eq!(refuses(Format::Csv, Compression::None), None);
        assert_eq!(refuses(Format::Arrow, Compression::Lz4), None);
        assert_eq!(refuses(Format::Parquet, Compression::Brotli(1)), None);
    }

    #[test]
    fn what_is_unknown_says_what_is_known() {
        assert!(parse_format("xlsx").unwrap_err().contains("jsonl"));
        assert!(parse_compression("rar").unwrap_err().contains("expected snappy, zstd"));
        assert!(parse_compression("zstd:99").unwrap_err().contains("from 1 to 22"));
    }
}
