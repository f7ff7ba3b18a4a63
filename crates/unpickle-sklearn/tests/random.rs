//! numpy's sources of random numbers, of numpy 1.11 to 2.4.

use unpickle_numpy::ToArray;
use unpickle_sklearn::{Generator, RandomState};

use crate::fixtures::fixture;

#[test]
fn states_are_those_that_numpy_shows() {
    for version in ["0.18.2", "0.24.2", "1.3.2", "1.9.1"] {
        let (pickle, note) = fixture(&format!("random-{version}"));
        let state: RandomState<'_> =
            pickle.root().item("state").and_then(|value| value.extract()).expect("a state");
        let told = &note["random"]["state"];
        assert_eq!((state.bits().name(), state.bits().pos()), ("MT19937", told["pos"].as_i64()));
        assert_eq!(state.gauss().map(|gauss| format!("{gauss:?}")).as_deref(), told["gauss"].as_str());
        let key = state.bits().key().expect("a key");
        let words: Vec<String> = key.to_array::<u32>().expect("words").iter().map(u32::to_string).collect();
        let told: Vec<&str> =
            note["key"]["cells"].as_array().expect("cells").iter().filter_map(|cell| cell.as_str()).collect();
        assert_eq!(words, told, "{version}");
        if version == "0.18.2" {
            continue;
        }
        let generator: Generator<'_> =
            pickle.root().item("PCG64").and_then(|value| value.extract()).expect("a generator");
        let pcg = generator.bits().pcg64().expect("PCG64");
        let told = &note["random"]["PCG64"];
        assert_eq!(Some(pcg.state.to_string().as_str()), told["state"].as_str(), "{version}");
        assert_eq!(Some(pcg.inc.to_string().as_str()), told["inc"].as_str());
        assert_eq!(pcg.uinteger.map(u64::from), told["uinteger"].as_u64());
        let generator: Generator<'_> =
            pickle.root().item("MT19937").and_then(|value| value.extract()).expect("a generator");
        assert_eq!(generator.bits().key().expect("a key").shape(), [624]);
        assert!(generator.bits().pcg64().is_none());
    }
}
