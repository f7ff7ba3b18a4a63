//! Archives that show one reader what they hide from the next, or unpack to more than there is.

use crate::archive::{Member, stored, zeros, zip};
use crate::attack::{Attack, check};

/// A `.npy` of so many bytes.
fn header(bytes: usize) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({bytes},), }}\n");
    [b"\x93NUMPY\x01\0".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat()
}

fn array() -> Vec<u8> {
    [header(4), vec![1, 2, 3, 4]].concat()
}

fn npz(name: &str, members: impl Fn() -> Vec<Member> + 'static) -> Attack {
    Attack::new(name, move || zip(&members())).ending("npz")
}

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = lies();
    attacks.extend(bombs());
    attacks
}

fn lies() -> Vec<Attack> {
    let a = || stored("a.npy", &array());
    vec![
        npz("a member called otherwise in its own header", move || {
            vec![Member { local_name: "b.npy", ..a() }]
        }),
        npz("a wrong checksum", move || vec![Member { crc: 7, ..a() }]),
        npz("a member said to be encrypted", move || vec![Member { flags: 1, ..a() }]),
        npz("a member that says another size", move || vec![Member { size: 1_000_000, ..a() }]),
        npz("a method that is none", move || vec![Member { method: 99, ..a() }]),
        npz("two members of one name", move || vec![a(), a()]),
        npz("1,000 members that are the same bytes", move || {
            let others = (0..1_000).map(|i| Member { at: Some(0), name: NAMES[i % NAMES.len()], ..a() });
            [a()].into_iter().chain(others).collect()
        }),
        npz("a header that lies within another member", move || {
            vec![a(), Member { at: Some(9), name: "b.npy", ..a() }]
        }),
        npz("a header beyond the end", move || {
            vec![a(), Member { at: Some(u32::MAX - 1), name: "b.npy", ..a() }]
        }),
        npz("sizes of 2^64-1 in an extra field", move || {
            let extra = [&[1, 0, 16, 0][..], &[0xff; 16]].concat();
            vec![Member { size: u32::MAX, extra, ..a() }]
        }),
        Attack::new("bytes in front of the archive", move || [b"MZ\0\0".to_vec(), zip(&[a()])].concat())
            .ending("npz"),
        Attack::new("bytes behind the archive", move || [zip(&[a()]), vec![b'x'; 70_000]].concat())
            .ending("npz"),
        Attack::new("two archives in one file", move || {
            [zip(&[a()]), zip(&[stored("b.npy", &array())])].concat()
        })
        .ending("npz"),
        Attack::new("a directory of 100,000 members", move || {
            zip(&(0..60_000).map(|i| Member { at: Some(i), name: "x.npy", ..a() }).collect::<Vec<_>>())
        })
        .ending("npz"),
        npz("a name that leads out of the folder", move || {
            vec![Member { name: "../../etc/passwd.npy", local_name: "../../etc/passwd.npy", ..a() }]
        }),
        Attack::new("a tar that says more than it has", || {
            let mut header = tar::Header::new_gnu();
            header.set_path("a.pkl").expect("a name");
            header.set_size(1 << 40);
            header.set_cksum();
            header.as_bytes().to_vec()
        })
        .ending("tar"),
        Attack::new("a tar of 20,000 empty files", || {
            let mut header = tar::Header::new_gnu();
            header.set_path("a.pkl").expect("a name");
            header.set_size(0);
            header.set_cksum();
            header.as_bytes().repeat(20_000)
        })
        .ending("tar"),
    ]
}

fn bombs() -> Vec<Attack> {
    vec![
        npz("a .npz of one member of 1 GB", || vec![zeros("a.npy", &header(64 << 24), 64)]),
        npz("a .npz member of 2 GB that is no array", || {
            vec![stored("a.npy", &array()), zeros("b", b"", 128)]
        }),
        npz("a .npz member that says 4 bytes and has 1 GB", || {
            vec![Member { size: 70, ..zeros("a.npy", &header(4), 64) }]
        }),
        npz("a .npz member with a header of 1 GB", || {
            vec![zeros("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\x3f{", 64)]
        }),
        Attack::new("a zip of one pickle of 1 GB", || zip(&[zeros("a.pkl", b"\x80\x04", 64)])).ending("zip"),
    ]
}

const NAMES: [&str; 3] = ["b.npy", "c.npy", "d.npy"];

#[test]
fn zips() {
    check(attacks());
}
