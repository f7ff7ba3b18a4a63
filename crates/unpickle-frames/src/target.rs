//! [`Target`]: which pandas is to load it.

use std::fmt;
use std::str::FromStr;

use unpickle_core::{Category, Error};

/// The pandas that a pickle is for.
///
/// ```
/// use unpickle_frames::Target;
///
/// assert_eq!("pandas-1.5".parse::<Target>()?, Target::Pandas1_5);
/// assert!("pandas-4".parse::<Target>().is_err());
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// pandas 1.5, and all later ones: times count nanoseconds, zones are those of pytz.
    Pandas1_5,
    /// pandas 2, and pandas 3: times of every unit; text is of Python objects.
    #[default]
    Pandas2,
    /// pandas 3: text is of the dtype `str`, held by pyarrow.
    Pandas3,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Pandas1_5 => "pandas-1.5",
            Target::Pandas2 => "pandas-2",
            Target::Pandas3 => "pandas-3",
        })
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(name: &str) -> Result<Target, Error> {
        Ok(match name {
            "pandas-1.5" => Target::Pandas1_5,
            "pandas-2" => Target::Pandas2,
            "pandas-3" => Target::Pandas3,
            _ => {
                let message = format!("{name} is none of pandas-1.5, pandas-2, pandas-3");
                return Err(Error::message(Category::Unsupported, message));
            }
        })
    }
}
