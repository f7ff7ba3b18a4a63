//! What `--tree` shows, for whoever wraps the command.

use std::io;

use unpickle::{File, Value};

use crate::imports::Imports;
use crate::tree::{tree as write_tree, whole};

/// A value and what is below it as an indented tree, cut by depth and length.
///
/// ```
/// // pickle.dumps({"a": [1]})
/// let pickle = unpickle::Pickle::parse(b"}X\x01\0\0\0a]K\x01as.")?;
/// assert_eq!(pkl2parquet::tree(pickle.root()), "dict of 1\n  'a': list of 1\n    0: 1\n");
/// # Ok::<(), unpickle::Error>(())
/// ```
pub fn tree(value: Value<'_>) -> String {
    text(|out| write_tree(value, &mut Imports::default(), out))
}

/// All of a file as such a tree, and behind it the globals that are named on none of its branches.
///
/// ```
/// use unpickle::{File, Input, OpenOptions, Options};
///
/// // A call that is dropped again, and 5.
/// let input = Input::from_reader(&b"cos\nsystem\n)R0K\x05."[..], &OpenOptions::new())?;
/// let file = File::from_input(input, &Options::new())?;
/// assert_eq!(pkl2parquet::tree_of(&file), "5\nnamed besides:\n  os.system at byte 0\n");
/// # Ok::<(), unpickle::Error>(())
/// ```
pub fn tree_of(file: &File) -> String {
    text(|out| whole(file, out))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    match write(&mut out) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        // Memory takes all that is written to it.
        Err(error) => error.to_string(),
    }
}
