//! Files that would run something if Python loaded them: what is told of them, and that nothing is done.

use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus::{fixtures, report};
use crate::util::{Done, names, run};

#[test]
fn a_tree_shows_every_name_with_its_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for fixture in fixtures("hostile").iter().filter(|fixture| fixture.name.starts_with("gadget-")) {
        let done = run(folder.path(), &[fixture.path.as_os_str(), "--tree".as_ref()]);
        let shows = fixture.note["shows"].as_array().expect("what is shown");
        for text in shows.iter().map(|text| text.as_str().expect("text")) {
            if !done.text().contains(text) {
                faults.push(format!("{}: not {text} but {}{}", fixture.name, done.text(), done.err));
            }
        }
        if done.code != Some(if fixture.note["error"] == "none" { 0 } else { 2 }) {
            faults.push(format!("{}: {:?}", fixture.name, done.code));
        }
    }
    report(&faults);
    assert!(names(folder.path()).is_empty());
}

/// The exploits that others have collected, where they lie beside the repository.
fn collected() -> Vec<PathBuf> {
    let shared = std::env::var_os("UNPICKLE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let (mut paths, mut folders) = (Vec::new(), vec![shared.join("corpus/_malicious")]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    if paths.is_empty() {
        super::skipped("the exploits collected by others are not beside the repository");
    }
    paths.sort();
    paths
}

/// The hostile fixtures and the collected exploits, copied into `folder` under numbered names.
fn hostile_files(folder: &Path) -> Vec<String> {
    let paths = fixtures("hostile").into_iter().map(|fixture| fixture.path).chain(collected());
    let copy = |(i, path): (usize, PathBuf)| {
        let name = format!("{i:03}-{}", path.file_name().unwrap_or_default().to_string_lossy());
        fs::write(folder.join(&name), fs::read(path).unwrap()).unwrap();
        name
    };
    paths.enumerate().map(copy).collect()
}

#[test]
fn every_hostile_file_is_shown_or_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for name in hostile_files(folder.path()) {
        let [tree, list, globals] =
            ["--tree", "--list", "--globals"].map(|flag| run(folder.path(), &[&*name, flag]));
        for done in [&tree, &list, &globals] {
            let is_said = done.code == Some(2) && done.err.lines().count() == 1 && done.err.contains(&name);
            if !(done.code == Some(0) || is_said) || done.err.contains("internal error") {
                faults.push(format!("{name}: {:?}, {}", done.code, done.err));
            }
        }
        if tree.code == Some(0) && tree.out.is_empty() {
            faults.push(format!("{name}: an empty tree"));
        }
        faults.extend(
            not_in_tree(&tree, &globals).map(|global| format!("{name}: {global} is not in the tree")),
        );
    }
    report(&faults);
}

/// The globals that a pickle names, of which the tree does not show the name and, once, the byte.
fn not_in_tree<'d>(tree: &'d Done, globals: &'d Done) -> impl Iterator<Item = String> + 'd {
    let dotted = |line: &str| {
        let (byte, name) = line.trim_start().split_once("  ")?;
        // Names of Python 2 are shown as Python 3 has them.
        let name = name.replacen(' ', ".", 1).replace("__builtin__.", "builtins.");
        Some((name, format!(" at byte {byte}")))
    };
    let is_shown = |name: &str, byte: &str| {
        let mut lines = tree.text().lines().filter(|line| line.contains(name));
        lines.any(|line| line.contains(" at byte ")) && tree.text().contains(byte)
    };
    let names: Vec<(String, String)> = globals.text().lines().filter_map(dotted).collect();
    let mut seen = std::collections::HashSet::new();
    let first = names.into_iter().filter(move |(name, _)| seen.insert(name.clone()));
    first.filter(move |(name, byte)| !is_shown(name, byte)).map(|(name, byte)| name + &byte)
}

/// Files outside of the folder that any command opens: of the loader, and what the system says of itself.
#[cfg(target_os = "linux")]
const OPENED: [&str; 6] = ["/etc/ld.so.", "/lib", "/usr/lib", "/proc/", "/sys/", "/dev/null"];

/// Whether a line of strace is of a call that the command makes for itself: a thread, a file of the folder.
#[cfg(target_os = "linux")]
fn is_its_own(line: &str, files: &[String]) -> bool {
    let line = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
    let call = line.split('(').next().unwrap_or_default();
    let path = line.split('"').nth(1).unwrap_or_default();
    match call {
        "execve" => path == env!("CARGO_BIN_EXE_pkl2parquet"),
        "clone" | "clone3" => line.contains("CLONE_THREAD"),
        "socket" | "connect" | "fork" | "vfork" | "kill" => false,
        "exit" | "exit_group" | "wait4" => true,
        _ if ["<...", "+++", "---"].iter().any(|start| line.starts_with(start)) => true,
        _ if path.starts_with('/') => {
            OPENED.iter().any(|start| path.starts_with(start)) || line.contains("= -1 ENOENT")
        }
        _ => {
            ["", "."].contains(&path)
                || ["out", ".pkl2parquet-"].iter().any(|start| path.starts_with(start))
                || files.iter().any(|file| file == path)
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_run_opened_or_called_because_a_pickle_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let files = hostile_files(folder.path());
    let before = names(folder.path());
    let log = folder.path().join("log");
    for flags in ["--tree", "--list", "--globals", "--dis", "-d out", "-d out --to npz"] {
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(&log).args(["-e", "trace=process,network,%file"]);
        command.arg(env!("CARGO_BIN_EXE_pkl2parquet")).args(&files).args(flags.split(' '));
        // Where cargo has the loader look, it looks in many places.
        command.current_dir(folder.path()).env_remove("LD_LIBRARY_PATH");
        let Ok(done) = command.output() else { return super::skipped("no strace") };
        let log = fs::read_to_string(&log).unwrap();
        let runs = log.lines().filter(|line| line.contains("execve(")).count();
        if runs == 0 {
            return super::skipped("strace may not trace");
        }
        assert_eq!((done.status.code(), runs), (Some(1), 1), "{}", String::from_utf8_lossy(&done.stderr));
        let strange = log.lines().find(|line| !is_its_own(line, &files));
        assert_eq!(strange, None, "{flags}");
    }
    let mut after = names(folder.path());
    after.retain(|name| name != "log" && name != "out");
    assert_eq!(after, before);
}
