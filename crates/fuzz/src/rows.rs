//! Items made alike are kept as rows, and nobody can tell.

use unpickle::core::Options;

use crate::graph;

/// # Panics
///
/// The property does not hold.
pub fn check(data: &[u8]) {
    match (Options::new().parse_all(data), Options::new().without_rows().parse_all(data)) {
        (Ok(rows), Ok(alone)) => {
            assert_eq!((rows.end(), rows.protocol()), (alone.end(), alone.protocol()));
            assert_eq!(rows.rest().map(ToString::to_string), alone.rest().map(ToString::to_string));
            graph::same(&rows, &alone);
        }
        (Err(rows), Err(alone)) => {
            assert_eq!((rows.to_string(), rows.category()), (alone.to_string(), alone.category()));
        }
        (rows, alone) => panic!("{:?} but {:?}", rows.err(), alone.err()),
    }
}
