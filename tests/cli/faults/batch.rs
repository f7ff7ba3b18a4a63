//! Many inputs, of which some are broken.

use std::fs;

use crate::util::{fixture, names, run};

#[test]
fn a_thousand_inputs_of_which_ten_are_broken() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read(fixture("builtins/records.pkl")).unwrap();
    let mut inputs: Vec<String> = (0..1000).map(|i| format!("in/{i:03}.pkl")).collect();
    fs::create_dir(folder.path().join("in")).unwrap();
    for input in &inputs {
        fs::write(folder.path().join(input), &good).unwrap();
    }
    let large = [b"\x80\x04\x8e\0\0\x20\0\0\0\0\0", &vec![0; 1 << 21][..]].concat();
    for (name, bytes) in [
        ("007", &b""[..]),
        ("013", b"id,name\n1,ann\n"),
        ("099", &good[..good.len() / 2]),
        ("100", &large),
        ("101", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff"),
        ("500", b"\x80\x04K\x07."),
        ("501", b"cposix\nsystem\nX\x04\0\0\0true\x85R."),
        ("998", &[0; 64]),
    ] {
        fs::write(folder.path().join(format!("in/{name}.pkl")), bytes).unwrap();
    }
    fs::remove_file(folder.path().join("in/998.pkl")).unwrap();
    fs::remove_file(folder.path().join("in/999.pkl")).unwrap();
    fs::create_dir(folder.path().join("in/999.pkl")).unwrap();
    fs::write(folder.path().join("in/\u{1b}[31m.pkl"), b"\xff").unwrap();
    inputs.push("in/\u{1b}[31m.pkl".into());

    let mut args: Vec<&str> = inputs.iter().map(|input| &**input).collect();
    args.extend(["-d", "out", "--to", "csv", "--threads", "3"]);
    let done = run(folder.path(), &args);
    assert_eq!(done.code, Some(1), "{}", done.err);
    let lines: Vec<&str> = done.err.lines().collect();
    let [.., summary, named] = &*lines else { panic!("{}", done.err) };
    assert!(summary.starts_with("991 of 1,001 inputs written to out in "), "{summary}");
    let broken = ["007", "013", "099", "100", "101", "500", "501", "998", "999", "\\u{1b}[31m"];
    let broken: Vec<String> = broken.iter().map(|name| format!("in/{name}.pkl")).collect();
    assert_eq!(*named, format!("not written: {}", broken.join(", ")));
    // Each with its own line, in the order of the inputs, and the others whole.
    let errors: Vec<&&str> = lines.iter().filter(|line| line.starts_with("pkl2parquet: ")).collect();
    assert_eq!(errors.len(), broken.len(), "{errors:?}");
    assert!(errors.iter().zip(&broken).all(|(line, name)| line.contains(name)), "{errors:?}");
    let out = folder.path().join("out");
    assert_eq!(names(&out).len(), 991);
    let first = fs::read(out.join("000.csv")).unwrap();
    assert!(first.starts_with(b",id,"));
    assert!(names(&out).iter().all(|name| fs::read(out.join(name)).unwrap() == first));
}
