//! Decoding ends without a panic and keeps to its memory; what it made can be walked, printed, searched and dropped.

use unpickle::core::Options;

use crate::graph;
use crate::memory::peak;

/// What the decoder may take for each byte, and for an input of any length.
const BYTES: usize = 128;
const ALWAYS: usize = 16 << 20;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let (pickle, took) = peak(|| Options::new().parse_all(data));
    assert!(took <= BYTES * data.len() + ALWAYS, "{took} bytes for {}", data.len());
    match pickle {
        Ok(pickle) => {
            let (_, took) = peak(|| graph::walk(&pickle));
            assert!(took <= 2 * BYTES * data.len() + ALWAYS, "{took} bytes to walk {}", data.len());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
