//! Indexes of the memo: they are numbers in the file, and must not be lengths of a table.

use crate::attack::{Attack, check};
use crate::pickle::pickle;

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new("LONG_BINPUT 2^32-1", || pickle().list(|items| items.int(1)).put(u32::MAX).stop()),
        Attack::new("LONG_BINPUT 4e9, and its GET", || {
            pickle().list(|items| items.int(1)).put(4_000_000_000).raw("0").get(4_000_000_000).stop()
        }),
        Attack::new("PUT of 10^30 as text", || {
            pickle().raw("]p").times(1, "1").times(30, "0").raw("\n").stop()
        }),
        Attack::new("PUT of -1 as text", || pickle().raw("]p-1\n").stop()),
        Attack::new("LONG_BINGET of what is not there", || pickle().get(u32::MAX).stop()),
        Attack::new("300,000 PUTs at indexes far apart", || {
            (0..300_000_u32).fold(pickle().raw("]"), |out, i| out.put(i.wrapping_mul(2_654_435_761))).stop()
        }),
        Attack::new("1,000,000 PUTs that go down", || {
            (0..1_000_000_u32).rev().fold(pickle().raw("]"), |out, i| out.put(i * 4096)).stop()
        }),
        Attack::new("2,000,000 MEMOIZEs of one list", || pickle().raw("]").times(2_000_000, b"\x94").stop()),
        Attack::new("2,000,000 GETs of one string", || {
            pickle().raw(b"](").str("a").put(0).times(2_000_000, "h\0").raw("e").stop()
        }),
    ]
}

#[test]
fn memo() {
    check(attacks());
}
