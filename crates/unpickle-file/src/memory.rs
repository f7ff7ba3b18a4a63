//! How much memory there is: what is decompressed must fit into it.

use std::sync::OnceLock;

/// The machine's memory, or that of the container the process runs in, or what `ulimit -v` leaves it, if that is less.
/// Asked for once.
pub(crate) fn total() -> Option<u64> {
    static TOTAL: OnceLock<Option<u64>> = OnceLock::new();
    *TOTAL.get_or_init(read)
}

fn read() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(meminfo);
    let group =
        std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|max| max.trim().parse().ok());
    let own = std::fs::read_to_string("/proc/self/limits").ok().as_deref().and_then(address_space);
    machine.into_iter().chain(group).chain(own).min()
}

fn meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// How many bytes the process may have, by what `/proc/self/limits` says of it.
fn address_space(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_counts_in_units_of_1024_bytes() {
        assert_eq!(meminfo("MemTotal:       16384 kB\nMemFree: 1 kB\n"), Some(16 << 20));
        assert_eq!(meminfo("nothing of the kind"), None);
    }

    #[test]
    fn address_space_may_be_limited() {
        let limits = |most| {
            format!("Limit      Soft Limit  Hard Limit  Units\nMax address space   {most}  unlimited bytes\n")
        };
        assert_eq!(address_space(&limits("1048576")), Some(1 << 20));
        assert_eq!(address_space(&limits("unlimited")), None);
    }
}
