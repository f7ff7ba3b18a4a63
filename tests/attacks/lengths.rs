//! Lengths and counts that the file says and does not have.

use crate::attack::{Attack, check};
use crate::pickle::pickle;

pub(crate) fn attacks() -> Vec<Attack> {
    const HUGE: [u8; 8] = [0xff; 8];
    let claims: [(&str, &[u8], &[u8]); 13] = [
        ("BINUNICODE8 of 2^64-1 bytes", b"\x8d", &HUGE),
        ("BINBYTES8 of 2^64-1 bytes", b"\x8e", &HUGE),
        ("BYTEARRAY8 of 2^64-1 bytes", b"\x96", &HUGE),
        ("BYTEARRAY8 of 2^63-1 bytes", b"\x96", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("FRAME of 2^64-1 bytes", b"\x95", &HUGE),
        ("BINUNICODE of 2^32-1 bytes", b"X", &[0xff; 4]),
        ("BINBYTES of 2^32-1 bytes", b"B", &[0xff; 4]),
        ("BINSTRING of -1 bytes", b"T", &[0xff; 4]),
        ("BINSTRING of 2^31-1 bytes", b"T", &[0xff, 0xff, 0xff, 0x7f]),
        ("LONG4 of -1 bytes", b"\x8b", &[0xff; 4]),
        ("LONG4 of 2^31-1 bytes", b"\x8b", &[0xff, 0xff, 0xff, 0x7f]),
        ("LONG1 of 255 bytes", b"\x8a", &[0xff]),
        ("SHORT_BINBYTES of 255 bytes", b"C", &[0xff]),
    ];
    let claims = claims.into_iter().map(|(name, opcode, length)| {
        Attack::new(name, move || pickle().raw(opcode).raw(length).raw("abc").stop())
    });
    let lines = [
        Attack::new("LONG text of 1,000,000 digits", || {
            pickle().raw("L").times(1_000_000, "9").raw("L\n").stop()
        }),
        Attack::new("INT text of 1,000,000 digits", || {
            pickle().raw("I").times(1_000_000, "9").raw("\n").stop()
        }),
        Attack::new("a GLOBAL line of 5 MB", || pickle().raw("c").times(5_000_000, "m").raw("\nf\n").stop()),
        Attack::new("a line without end", || pickle().raw("S'").times(5_000_000, "m").unfinished()),
        Attack::new("an array whose data are an integer of 1 MB", || {
            pickle()
                .array("i8", &[3], |data| data.raw(b"\x8b\x40\x42\x0f\x00").times(1_000_000, b"\x7f"))
                .stop()
        }),
    ];
    claims.chain(lines).collect()
}

#[test]
fn lengths() {
    check(attacks());
}
