//! The arrays of a file.

use unpickle_arrays::{Found, NamedArray, listed, path, search};
use unpickle_core::{Category, Error, Result, Value};
use unpickle_numpy::Scalar;

use crate::File;

impl File {
    /// Every array in the file, each with the name that leads to it, and what else there is that holds arrays. No element
    /// is read.
    ///
    /// ```
    /// use unpickle::arrays::{ArrayFormat, ArrayOptions, write};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/torch/checkpoint.pt");
    /// # #[cfg(any())]
    /// let file = unpickle::open("checkpoint.pt")?;
    /// # let file = unpickle::open(path)?;
    /// let found = file.arrays()?;
    /// for array in &found.arrays {
    ///     println!("{} {} {:?}", array.name(), array.dtype(), array.shape());
    /// }
    /// let mut npz = Vec::new();
    /// write(&found.arrays, ArrayFormat::Npz, &ArrayOptions::new(), &mut npz)?;
    /// # Ok::<(), unpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An array is damaged; or sharing makes more names than a file of its size can honestly have.
    pub fn arrays(&self) -> Result<Found<'_>> {
        search(self.whole())
    }

    /// The arrays of the value at `path`, named from there on; one that stands there itself has the last step of the path
    /// for its name.
    ///
    /// Paths are spelled as the names that [`File::arrays`] gives. What is found under none of them is looked for as a
    /// Python user would write it, properties of scikit-learn's models too: `named_steps.scale.mean_`, `tree_.threshold`.
    ///
    /// # Errors
    ///
    /// There is nothing at the path; or as [`File::arrays`].
    pub fn arrays_at(&self, path: &str) -> Result<Found<'_>> {
        if path == "." {
            return self.arrays();
        }
        let mut found = match path::find(self.whole(), path) {
            Some(value) => of_value(value)?,
            // A part of an array, such as a mask, is no value.
            None => match listed(self.whole(), path)? {
                Some(part) => one(part.with_name("")),
                None => self.arrays_of_python(path)?,
            },
        };
        if let [array] = &*found.arrays
            && array.name().is_empty()
        {
            let last = path.rsplit('.').next().unwrap_or(path);
            found.arrays = vec![NamedArray::clone(array).with_name(last)];
        }
        Ok(found)
    }

    /// What Python finds at a path that leads nowhere by the names of the file alone.
    #[cfg(feature = "sklearn")]
    fn arrays_of_python(&self, path: &str) -> Result<Found<'_>> {
        use unpickle_sklearn::Item;

        match unpickle_sklearn::at(self.whole(), path) {
            Ok(Item::Value(value)) => of_value(value),
            Ok(Item::Array(array)) => Ok(one(NamedArray::of("", array))),
            Ok(Item::Named(named)) => {
                let mut all = Found::default();
                for (name, value) in named.iter() {
                    let found = search(value)?;
                    all.arrays.extend(found.arrays.into_iter().map(|array| below(name, array)));
                    all.others.extend(found.others);
                    all.repeats.extend(found.repeats);
                }
                Ok(all)
            }
            Ok(item) => Err(Error::message(Category::Data, format!("no array at `{path}`, but {item}"))),
            Err(error) => {
                let message = format!("nothing at `{path}`: {error}; --list shows the names");
                Err(Error::message(error.category(), message))
            }
        }
    }

    #[cfg(not(feature = "sklearn"))]
    fn arrays_of_python(&self, path: &str) -> Result<Found<'_>> {
        Err(Error::message(Category::Data, format!("nothing at `{path}`")))
    }
}

/// The arrays of a value; a numpy scalar that is asked for is one of no dimensions.
fn of_value(value: Value<'_>) -> Result<Found<'_>> {
    let found = search(value)?;
    match value.extract::<Scalar<'_>>() {
        Ok(scalar) if found.arrays.is_empty() && !scalar.dtype().has_object() => {
            Ok(one(NamedArray::of("", scalar.as_array().clone())))
        }
        _ => Ok(found),
    }
}

/// What is found where there is one array.
fn one(array: NamedArray<'_>) -> Found<'_> {
    let mut found = Found::default();
    found.arrays.push(array);
    found
}

/// The array under its name behind another.
#[cfg(feature = "sklearn")]
fn below<'p>(name: &str, array: NamedArray<'p>) -> NamedArray<'p> {
    let name = match array.name() {
        "" => name.to_owned(),
        inner if inner.starts_with('[') => format!("{name}{inner}"),
        inner => format!("{name}.{inner}"),
    };
    array.with_name(name)
}
