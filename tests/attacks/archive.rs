//! Writing zip archives, honest or not.

/// One member, as its two headers say it.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    /// The name in the header in front of the bytes.
    pub(crate) local_name: &'static str,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) size: u32,
    pub(crate) packed: Vec<u8>,
    /// Extra fields in the directory.
    pub(crate) extra: Vec<u8>,
    /// The place of the header, if it is another than the true one.
    pub(crate) at: Option<u32>,
}

/// A member that is stored.
pub(crate) fn stored(name: &'static str, bytes: &[u8]) -> Member {
    let size = u32::try_from(bytes.len()).expect("a small member");
    Member {
        name,
        local_name: name,
        method: 0,
        flags: 0,
        crc: crc32fast::hash(bytes),
        size,
        packed: bytes.to_vec(),
        extra: Vec::new(),
        at: None,
    }
}

/// A deflated member of `start`, then this many times 16 MiB of zeros.
pub(crate) fn zeros(name: &'static str, start: &[u8], times: usize) -> Member {
    let unit = vec![0; 16 << 20];
    let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
    let mut pack = |bytes: &[u8], flush| {
        let mut out = Vec::with_capacity(bytes.len() / 500 + 1024);
        packer.compress_vec(bytes, &mut out, flush).expect("zeros");
        out
    };
    let mut packed = pack(start, flate2::FlushCompress::Full);
    let each = pack(&unit, flate2::FlushCompress::Full);
    let end = pack(b"", flate2::FlushCompress::Finish);
    packed.extend(each.repeat(times));
    packed.extend(end);
    let mut crc = crc32fast::Hasher::new();
    crc.update(start);
    (0..times).for_each(|_| crc.update(&unit));
    let size = u32::try_from(start.len() + times * unit.len()).expect("less than 4 GiB");
    Member { method: 8, crc: crc.finalize(), size, packed, ..stored(name, b"") }
}

/// The archive of these members, with a word on the number of them.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for member in members {
        let at = member.at.unwrap_or(out.len() as u32);
        let version = 20_u16;
        let packed = member.packed.len() as u32;
        let mut facts = Vec::new();
        facts.extend(member.flags.to_le_bytes());
        facts.extend(member.method.to_le_bytes());
        facts.extend([0; 4]);
        [member.crc, packed, member.size].iter().for_each(|number| facts.extend(number.to_le_bytes()));
        if member.at.is_none() {
            out.extend(b"PK\x03\x04");
            out.extend(version.to_le_bytes());
            out.extend(&facts);
            out.extend((member.local_name.len() as u16).to_le_bytes());
            out.extend(0_u16.to_le_bytes());
            out.extend(member.local_name.as_bytes());
            out.extend(&member.packed);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([version, version].iter().flat_map(|version| version.to_le_bytes()));
        directory.extend(&facts);
        directory.extend((member.name.len() as u16).to_le_bytes());
        directory.extend((member.extra.len() as u16).to_le_bytes());
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(member.name.as_bytes());
        directory.extend(&member.extra);
    }
    end(out, &directory, members.len() as u16)
}

/// `out` with its directory and the record of it.
fn end(mut out: Vec<u8>, directory: &[u8], count: u16) -> Vec<u8> {
    let at = out.len() as u32;
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].iter().flat_map(|count| count.to_le_bytes()));
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}
