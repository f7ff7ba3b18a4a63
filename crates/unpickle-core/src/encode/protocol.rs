//! [`Protocol`]: which opcodes a pickle is written with.

use crate::error::{Category, Error};

/// A protocol of pickles. Each reads in the Python that brought it and in all later ones.
///
/// ```
/// use unpickle_core::Protocol;
///
/// assert_eq!(Protocol::DEFAULT, Protocol::V4);
/// assert_eq!(Protocol::try_from(5)?, Protocol::HIGHEST);
/// assert!(Protocol::try_from(6).is_err());
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Protocol {
    /// Text, of every Python.
    V0 = 0,
    /// The first binary one, of every Python.
    V1 = 1,
    /// Python 2.3: what Python 2 writes at most.
    V2 = 2,
    /// Python 3.0: bytes.
    V3 = 3,
    /// Python 3.4: frames, short strings, sets.
    V4 = 4,
    /// Python 3.8: bytearrays, buffers out of band.
    V5 = 5,
}

impl Protocol {
    /// `pickle.HIGHEST_PROTOCOL`
    pub const HIGHEST: Protocol = Protocol::V5;

    /// `pickle.DEFAULT_PROTOCOL` of Python 3.8 to 3.13.
    pub const DEFAULT: Protocol = Protocol::V4;

    /// The number.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl Default for Protocol {
    fn default() -> Protocol {
        Protocol::DEFAULT
    }
}

impl TryFrom<u8> for Protocol {
    type Error = Error;

    fn try_from(number: u8) -> Result<Protocol, Error> {
        Ok(match number {
            0 => Protocol::V0,
            1 => Protocol::V1,
            2 => Protocol::V2,
            3 => Protocol::V3,
            4 => Protocol::V4,
            5 => Protocol::V5,
            _ => {
                let message = format!("protocol {number} is not known: there are 0 to 5");
                return Err(Error::message(Category::Unsupported, message));
            }
        })
    }
}
