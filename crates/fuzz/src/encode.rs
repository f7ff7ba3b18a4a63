//! What was decoded is encoded, and decoded again it is the same.

use unpickle::core::{EncodeOptions, Options, Pickle, Protocol, View, optimize};

use crate::graph;

const PROTOCOLS: [Protocol; 6] =
    [Protocol::V0, Protocol::V1, Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5];

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    let Ok(pickle) = Options::new().parse(data) else { return };
    // What is outside of the pickle is not there.
    if pickle.objects().any(|value| matches!(value.view(), View::Buffer(_))) {
        return;
    }
    for protocol in PROTOCOLS {
        let options = EncodeOptions::new().with_protocol(protocol);
        let Ok(encoded) = options.to_vec(pickle.root()) else { continue };
        let again = Pickle::parse(&encoded[..]).expect("what was encoded");
        assert_eq!(again.end(), encoded.len() as u64, "{protocol:?}");
        graph::alike(pickle.root(), again.root(), protocol);
        let small = options.with_optimized(true).to_vec(pickle.root()).expect("what was encoded once");
        let small = Pickle::parse(&small[..]).expect("what was made smaller");
        graph::alike(again.root(), small.root(), protocol);
    }
    if let Ok(small) = optimize(data) {
        let small = Pickle::parse(&small[..]).expect("what was made smaller");
        graph::alike(pickle.root(), small.root(), Protocol::V5);
    }
}
