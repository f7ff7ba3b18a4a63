//! `File`: an opened file and the pickles in it, kept alive together.

use std::path::Path;

use unpickle_core::{Category, Error, Ops, Options, Pickle, Result, Value};
use unpickle_file::{Input, OpenOptions, Shared, looks_like};

/// Opens the pickle file at `path`, compressed or not, and decodes it. Nothing is executed.
///
/// ```no_run
/// let file = unpickle::open("students.pkl")?;
/// let name = file.root().item("Student 1")?.item("Name")?;
/// println!("{}", name.as_str().unwrap_or("nameless"));
/// # Ok::<(), unpickle::Error>(())
/// ```
///
/// [`File::from_input`] takes options.
///
/// # Errors
///
/// The file cannot be read or unpacked, or is no pickle, or ends too early. The error names the file.
pub fn open(path: impl AsRef<Path>) -> Result<File> {
    let path = path.as_ref();
    let input = Input::open(path, &OpenOptions::new())?;
    File::from_input(input, &Options::new()).map_err(|error| error.within(path.display().to_string()))
}

/// A file of pickles, decoded. Made by [`open`] or [`File::from_input`].
#[derive(Debug)]
pub struct File {
    input: Shared,
    pickle: Pickle<Shared>,
}

impl File {
    /// Decodes all pickles in `input`, one after the other, with the arrays that joblib writes between the opcodes or
    /// into files beside; or numpy's `.npy` (an array) or `.npz` (a dict of arrays).
    ///
    /// ```
    /// use unpickle::{Encoding, File, Input, OpenOptions, Options};
    ///
    /// let two = &b"K\x01.K\x02."[..]; // from a pipe, say
    /// let input = Input::from_reader(two, &OpenOptions::new()).unwrap();
    /// let file = File::from_input(input, &Options::new().with_encoding(Encoding::Latin1))?;
    /// assert_eq!(file.values().filter_map(|value| value.as_i64()).sum::<i64>(), 3);
    /// # Ok::<(), unpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first is no pickle, or ends too early. What follows the last pickle is no error: Python does not look at
    /// it either, and [`Pickle::rest`] says what is wrong with it.
    pub fn from_input(input: impl Into<Shared>, options: &Options<'_>) -> Result<File> {
        let input = input.into();
        #[cfg(feature = "torch")]
        if let Some(pickle) = unpickle_torch::read(&input, options)? {
            return Ok(File { input, pickle });
        }
        #[cfg(feature = "ndarray")]
        if let Some(pickle) = crate::npz::read(&input, options)? {
            return Ok(File { input, pickle });
        }
        if let Some(archive) = input.archive() {
            return Err(archive.refusal().into());
        }
        #[cfg(feature = "ndarray")]
        let pickle = crate::joblib::read(&input, options);
        #[cfg(not(feature = "ndarray"))]
        let pickle = options.parse_all(input.clone());
        let pickle = pickle.map_err(|error| explain(error, input.as_ref()))?;
        Ok(File { input, pickle })
    }

    /// What was pickled; the first value, if there are several.
    pub fn root(&self) -> Value<'_> {
        self.pickle.root()
    }

    /// What paths start from: what was pickled, or the list of it where there are several pickles.
    pub fn whole(&self) -> Value<'_> {
        self.pickle.row().unwrap_or(self.root())
    }

    /// The value of each pickle, in the order of the file: one, unless `pickle.dump` was called on it repeatedly.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.pickle.roots()
    }

    /// The decoded pickles, as one.
    pub fn pickle(&self) -> &Pickle<Shared> {
        &self.pickle
    }

    /// What can be tabulated, each with its path. Several pickles in a row are the rows of one table, where they are
    /// alike, else they are addressed as the items of one list.
    ///
    /// ```
    /// use unpickle::arrow::{Format, WriteOptions, write};
    ///
    /// // pickle.dumps([{"Name": "Ada"}, {"Name": "Bob"}])
    /// let bytes = &b"\x80\x04](}\x8c\x04Name\x8c\x03Adas}\x8c\x04Name\x8c\x03Bobse."[..];
    /// # use unpickle::{File, Input, OpenOptions, Options};
    /// # let input = Input::from_reader(bytes, &OpenOptions::new()).unwrap();
    /// let file = File::from_input(input, &Options::new())?;
    ///
    /// let tables = file.tables()?;
    /// assert_eq!((tables[0].kind(), tables[0].num_rows()), ("list of dicts", 2));
    ///
    /// let mut csv = Vec::new();
    /// write(&tables[0], Format::Csv, &WriteOptions::new(), &mut csv)?;
    /// assert_eq!(csv, b",Name\n0,Ada\n1,Bob\n");
    /// # Ok::<(), unpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Something looks like a table and cannot be read.
    #[cfg(feature = "arrow")]
    pub fn tables(&self) -> Result<Vec<unpickle_arrow::Table<'_>>> {
        match self.pickle.row() {
            None => unpickle_arrow::tables(self.root()),
            Some(row) => unpickle_arrow::tables_in_row(row),
        }
    }

    /// What can be tabulated of the value at `path`, as [`File::tables`] and `Table::path` spell it: any value inside,
    /// whether it is listed there or not. `.` is what was pickled.
    ///
    /// ```
    /// // {"rows": [[1, 2], [3, 4]], "size": 2}
    /// let bytes = &b"}(X\x04\0\0\0rows](](K\x01K\x02e](K\x03K\x04eeX\x04\0\0\0sizeK\x02u."[..];
    /// # use unpickle::{File, Input, OpenOptions, Options};
    /// # let input = Input::from_reader(bytes, &OpenOptions::new()).unwrap();
    /// let file = File::from_input(input, &Options::new())?;
    /// assert!(file.tables()?.is_empty());
    /// assert_eq!(file.tables_at("rows")?[0].num_rows(), 2);
    /// assert_eq!(file.tables_at("size").unwrap_err().to_string(), "no table at `size`: it is the int 2");
    /// # Ok::<(), unpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There is nothing at the path, or no table, or one that cannot be read.
    #[cfg(feature = "arrow")]
    pub fn tables_at(&self, path: &str) -> Result<Vec<unpickle_arrow::Table<'_>>> {
        match path {
            "." => self.tables(),
            path => unpickle_arrow::tables_at(self.whole(), path),
        }
    }

    /// The bytes, and what they were wrapped in.
    pub fn input(&self) -> &Input {
        self.input.input()
    }
}

/// Says what the bytes look like, where that says more than the opcode that is none.
fn explain(error: Error, input: &[u8]) -> Error {
    if input.is_empty() {
        return Error::at(Category::Eof, 0, "expected a pickle, found an empty file");
    }
    // A pickle of protocol 0 is text too: when opcodes were obeyed before the trouble, it is one, and damaged.
    let end = error.offset().unwrap_or(0);
    let obeyed = Ops::new(input).take_while(|op| op.as_ref().is_ok_and(|(at, _)| *at < end)).take(4).count();
    match looks_like(input) {
        Some(what) if obeyed < 4 && !error.is_limit() => {
            let message = format!("expected a pickle, found what looks like {what}");
            Error::message(Category::Syntax, message)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> Result<File> {
        File::from_input(Input::from_reader(bytes, &OpenOptions::new()).unwrap(), &Options::new())
    }

    #[test]
    fn each_pickle_in_a_row_is_a_value() {
        let file = file(b"K\x01.\x80\x02K\x02.N.").unwrap();
        assert_eq!(file.values().map(|value| value.to_string()).collect::<Vec<_>>(), ["1", "2", "None"]);
        assert_eq!(file.root().as_i64(), Some(1));
        assert_eq!(file.values().len(), 3);
        assert!(file.pickle().rest().is_none());
    }

    #[test]
    fn what_follows_the_last_pickle_is_told() {
        let file = file(b"K\x01.\xff\xff").unwrap();
        assert_eq!(file.values().len(), 1);
        assert_eq!(file.pickle().rest().and_then(Error::offset), Some(3));
    }

    #[test]
    fn what_is_no_pickle_is_named() {
        let text = |bytes| file(bytes).unwrap_err().to_string();
        assert_eq!(text(b"a,b\n1,2\n"), "expected a pickle, found what looks like a CSV file");
        assert_eq!(text(b""), "expected a pickle, found an empty file at byte 0");
        assert_eq!(text(b"\x80\x04]\x94"), "pickle ends before its STOP opcode at byte 4");
        assert_eq!(text(b"(lp0\nI1\naI2\n"), "pickle ends before its STOP opcode at byte 12");
        assert_eq!(text(b"2012 was a year"), "expected a pickle, found what looks like a text file");
        assert_eq!(text(b"\x00\x01"), "expected a pickle opcode, found 0x00 at byte 0");
    }

    #[test]
    fn the_error_of_open_names_the_file() {
        let error = open("no/such/file.pkl").unwrap_err();
        assert_eq!(error.to_string(), "no/such/file.pkl: cannot open: no such file or directory");
        assert_eq!(error.io().map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
    }

    #[cfg(feature = "ndarray")]
    #[test]
    fn arrays_saved_one_after_the_other_are_values() {
        let one = b"\x93NUMPY\x01\0\x37\0{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}\x01\x02\x03";
        let file = file(&[&one[..], one, b"rest"].concat()).unwrap();
        assert_eq!(file.values().len(), 2);
        for value in file.values() {
            let array: unpickle_numpy::NdArray<'_> = value.extract().unwrap();
            assert_eq!(array.as_contiguous(), Some(&b"\x01\x02\x03"[..]));
        }
        let cut = self::file(&one[..one.len() - 1]).unwrap();
        let error = cut.root().extract::<unpickle_numpy::NdArray<'_>>().unwrap_err().to_string();
        assert!(
            error.starts_with("2 bytes for a numpy array of uint8 and shape (3,), which takes 3"),
            "{error}"
        );
    }

    #[test]
    fn threads_may_share_a_file() {
        fn check<T: Send + Sync>() {}
        check::<File>();
    }
}
