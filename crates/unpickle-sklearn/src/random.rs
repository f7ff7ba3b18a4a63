//! [`RandomState`] and [`Generator`]: numpy's sources of random numbers.
//!
//! ```text
//! REDUCE numpy.random.__RandomState_ctor ()                          up to 1.16
//!   BUILD ('MT19937', uint32[624], pos, has_gauss, gauss)
//! REDUCE numpy.random._pickle.__randomstate_ctor ('MT19937'[, ctor]) up to 1.26
//! REDUCE numpy.random._pickle.__randomstate_ctor (bit generator)     from 2.0 on
//!   BUILD {'bit_generator': 'MT19937', 'state': {'key', 'pos'}, 'has_gauss', 'gauss'}
//! REDUCE numpy.random._pickle.__generator_ctor ('PCG64'[, ctor])     up to 1.26
//!   BUILD {'bit_generator': 'PCG64', 'state': {'state', 'inc'}, 'has_uint32', 'uinteger'}
//! REDUCE numpy.random._pickle.__generator_ctor (bit generator)       from 2.0 on
//! REDUCE numpy.random._pickle.__bit_generator_ctor (class or name)
//!   BUILD state, or (state, seed sequence)
//! ```

use unpickle_core::{Dict, Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::number::integer;

/// A `numpy.random.RandomState`: what `get_state()` shows.
///
/// ```
/// use unpickle_sklearn::RandomState;
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/random-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// // numpy.random.RandomState(1), asked for one normal number
/// let random: RandomState = pickle.root().item("state")?.extract()?;
/// assert_eq!((random.bits().name(), random.bits().pos()), ("MT19937", Some(4)));
/// assert_eq!(random.bits().key()?.shape(), [624]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomState<'p> {
    bits: BitGenerator<'p>,
    gauss: Option<f64>,
}

impl<'p> RandomState<'p> {
    /// What the bits come from.
    pub fn bits(&self) -> &BitGenerator<'p> {
        &self.bits
    }

    /// The second of the last pair of normal numbers, if it was not yet given out.
    pub fn gauss(&self) -> Option<f64> {
        self.gauss
    }
}

/// A `numpy.random.Generator`.
///
/// ```
/// use unpickle_sklearn::Generator;
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/random-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// // numpy.random.Generator(numpy.random.PCG64(5))
/// let random: Generator = pickle.root().item("PCG64")?.extract()?;
/// let state = random.bits().pcg64().expect("of a PCG64"); // two numbers of 128 bits
/// assert_eq!(state.inc % 2, 1);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Generator<'p> {
    bits: BitGenerator<'p>,
}

impl<'p> Generator<'p> {
    /// What the bits come from.
    pub fn bits(&self) -> &BitGenerator<'p> {
        &self.bits
    }
}

/// A bit generator of numpy, `MT19937`, `PCG64` or another, with its state.
#[derive(Clone, Debug)]
pub struct BitGenerator<'p> {
    origin: Value<'p>,
    name: &'p str,
    state: Option<Dict<'p>>,
    key: Option<Value<'p>>,
    pos: Option<i64>,
}

/// The state of a `PCG64` or `PCG64DXSM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pcg64 {
    /// Where it is.
    pub state: u128,
    /// Which of its sequences it runs through.
    pub inc: u128,
    /// The second half of the last 64 bits, if 32 were asked for and it was not yet given out.
    pub uinteger: Option<u32>,
}

impl<'p> BitGenerator<'p> {
    /// Its class: `MT19937`, `PCG64`, `Philox`, `SFC64` …
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// MT19937: the 624 words of its state.
    ///
    /// # Errors
    ///
    /// It is no MT19937, or they are no array.
    pub fn key(&self) -> Result<NdArray<'p>> {
        match self.key {
            Some(key) => key.extract(),
            None => Err(Error::invalid(self.origin, format!("a {} has no `key`", self.name))),
        }
    }

    /// MT19937: how many of the words are used up.
    pub fn pos(&self) -> Option<i64> {
        self.pos
    }

    /// PCG64: its state.
    pub fn pcg64(&self) -> Option<Pcg64> {
        let outer = self.state?;
        let inner = outer.get("state")?.as_dict()?;
        let has = outer.get("has_uint32").and_then(integer).is_some_and(|has| has != 0);
        let uinteger = outer.get("uinteger").and_then(integer).and_then(|word| u32::try_from(word).ok());
        Some(Pcg64 {
            state: wide(inner.get("state")?)?,
            inc: wide(inner.get("inc")?)?,
            uinteger: uinteger.filter(|_| has),
        })
    }

    /// The dict that numpy shows as `bit_generator.state`, for kinds that are not taken apart here. `None` before
    /// numpy 1.17, which kept a tuple.
    pub fn state(&self) -> Option<Dict<'p>> {
        self.state
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    fn of_state(origin: Value<'p>, state: Value<'p>) -> Result<BitGenerator<'p>> {
        let wrong = || Error::data(state, "the state of a bit generator of numpy");
        if let Some(parts) =
            state.as_tuple().filter(|parts| parts.get(0).is_some_and(|name| name.as_str().is_some()))
        {
            let name = parts.get(0).and_then(Value::as_str).ok_or_else(wrong)?;
            let pos = parts.get(2).and_then(integer);
            return Ok(BitGenerator { origin, name, state: None, key: parts.get(1), pos });
        }
        // A bit generator of numpy 2 puts its seed sequence beside its state.
        let dict = state.as_dict().or_else(|| state.as_tuple()?.get(0)?.as_dict()).ok_or_else(wrong)?;
        let name = dict.get("bit_generator").and_then(Value::as_str).ok_or_else(wrong)?;
        let inner = dict.get("state").and_then(Value::as_dict);
        let key = inner.and_then(|inner| inner.get("key"));
        let pos = inner.and_then(|inner| inner.get("pos")).and_then(integer);
        Ok(BitGenerator { origin, name, state: Some(dict), key, pos })
    }
}

impl<'p> FromPickle<'p> for BitGenerator<'p> {
    fn from_pickle(value: Value<'p>) -> Result<BitGenerator<'p>> {
        let call = value
            .call()
            .filter(|call| call.module.starts_with("numpy.random") && call.name == "__bit_generator_ctor");
        let call = call.ok_or_else(|| Error::data(value, "a bit generator of numpy"))?;
        BitGenerator::of_state(value, state(call.object.state(), value)?)
    }
}

impl<'p> FromPickle<'p> for RandomState<'p> {
    fn from_pickle(value: Value<'p>) -> Result<RandomState<'p>> {
        let made = value.call().filter(|call| {
            let ctor = matches!(call.name, "__RandomState_ctor" | "__randomstate_ctor");
            ctor && (call.module.starts_with("numpy.random") || call.module == "mtrand")
        });
        let call = made.ok_or_else(|| Error::data(value, "a RandomState of numpy"))?;
        let state = state(call.object.state(), value)?;
        let bits = BitGenerator::of_state(value, state)?;
        let (has, gauss) = match state.as_tuple() {
            Some(parts) => (parts.get(3), parts.get(4)),
            None => (state.get("has_gauss"), state.get("gauss")),
        };
        let has = has.and_then(integer).is_some_and(|has| has != 0);
        let gauss = gauss.and_then(crate::number::float).filter(|_| has);
        Ok(RandomState { bits, gauss })
    }
}

impl<'p> FromPickle<'p> for Generator<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Generator<'p>> {
        let made = value
            .call()
            .filter(|call| call.module.starts_with("numpy.random") && call.name == "__generator_ctor");
        let call = made.ok_or_else(|| Error::data(value, "a Generator of numpy"))?;
        let bits = match call.object.state() {
            Some(state) => BitGenerator::of_state(value, state)?,
            None => match call.args.get(0) {
                Some(bits) => bits.extract()?,
                None => return Err(Error::invalid(value, "a Generator of numpy without its state")),
            },
        };
        Ok(Generator { bits })
    }
}

fn state<'p>(state: Option<Value<'p>>, value: Value<'p>) -> Result<Value<'p>> {
    state.ok_or_else(|| Error::invalid(value, "a source of random numbers without its state"))
}

/// An integer of up to 128 bits.
fn wide(value: Value<'_>) -> Option<u128> {
    let int = value.as_int().filter(|int| !int.is_negative())?;
    let mut wide = [0; 16];
    for (i, byte) in int.to_le_bytes().into_iter().enumerate() {
        match wide.get_mut(i) {
            Some(place) => *place = byte,
            None if byte == 0 => {}
            None => return None,
        }
    }
    Some(u128::from_le_bytes(wide))
}
