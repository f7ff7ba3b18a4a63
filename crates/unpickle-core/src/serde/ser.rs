//! An encoder as a `Serializer`.

use std::collections::HashMap;
use std::io::Write;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::encode::{Encoder, Memo};
use crate::error::{Error, Result};

/// Writes what `serde` tells of a value.
pub(super) struct Ser<W> {
    encoder: Encoder<W>,
    /// Names of fields and variants are written once: Python then has one `str` of each.
    names: HashMap<&'static str, Memo>,
    /// The same by address, of those that were used last: it spares hashing.
    recent: [Option<(&'static str, Memo)>; 32],
}

impl<W: Write> Ser<W> {
    pub(super) fn new(encoder: Encoder<W>) -> Ser<W> {
        Ser { encoder, names: HashMap::new(), recent: [None; 32] }
    }

    pub(super) fn finish(self) -> Result<W> {
        self.encoder.finish()
    }

    #[inline]
    fn name(&mut self, name: &'static str) -> Result<()> {
        let place = (name.as_ptr() as usize >> 2 ^ name.len()) % 32;
        match self.recent.get(place) {
            Some(&Some((known, memo))) if std::ptr::eq(known, name) => self.encoder.get(memo),
            _ => self.new_name(name, place),
        }
    }

    fn new_name(&mut self, name: &'static str, place: usize) -> Result<()> {
        let memo = match self.names.get(name) {
            Some(&memo) => {
                self.encoder.get(memo)?;
                memo
            }
            None => {
                let memo = self.encoder.kept_str(name)?;
                self.names.insert(name, memo);
                memo
            }
        };
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = Some((name, memo));
        }
        Ok(())
    }

    /// Begins a variant with something in it.
    fn variant(&mut self, name: &'static str) -> Result<()> {
        self.encoder.begin_dict(1)?;
        self.name(name)
    }
}

/// What is written in one call each.
macro_rules! scalars {
    ($($method:ident $type:ty: $write:ident($convert:expr);)*) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<()> {
            let convert: fn($type) -> _ = $convert;
            self.encoder.$write(convert(value)).map(drop)
        }
    )*};
}

impl<W: Write> Serializer for &mut Ser<W> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    scalars! {
        serialize_bool bool: bool(|value| value);
        serialize_i8 i8: int(i64::from);
        serialize_i16 i16: int(i64::from);
        serialize_i32 i32: int(i64::from);
        serialize_i64 i64: int(|value| value);
        serialize_u8 u8: int(i64::from);
        serialize_u16 u16: int(i64::from);
        serialize_u32 u32: int(i64::from);
        serialize_f32 f32: float(f64::from);
        serialize_f64 f64: float(|value| value);
    }

    fn serialize_u64(self, value: u64) -> Result<()> {
        match i64::try_from(value) {
            Ok(value) => self.encoder.int(value),
            Err(_) => self.encoder.big_int(&i128::from(value).to_le_bytes()),
        }
    }

    fn serialize_i128(self, value: i128) -> Result<()> {
        self.encoder.big_int(&value.to_le_bytes())
    }

    fn serialize_u128(self, value: u128) -> Result<()> {
        let mut bytes = [0; 17];
        bytes[..16].copy_from_slice(&value.to_le_bytes());
        self.encoder.big_int(&bytes)
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.encoder.str(value.encode_utf8(&mut [0; 4])).map(drop)
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<()> {
        self.encoder.str(value).map(drop)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.encoder.bytes(value).map(drop)
    }

    fn serialize_none(self) -> Result<()> {
        self.encoder.none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.encoder.none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.encoder.none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.name(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.encoder.end().map(drop)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self> {
        self.encoder.begin_list(len)?;
        Ok(self)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self> {
        self.encoder.begin_tuple(len)?;
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Self> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self> {
        self.variant(variant)?;
        self.serialize_tuple(len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self> {
        self.encoder.begin_dict(len)?;
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Self> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self> {
        self.variant(variant)?;
        self.serialize_map(Some(len))
    }
}

/// Sequences of any kind; a variant ends twice.
macro_rules! sequences {
    ($($access:ident $method:ident $ends:literal;)*) => {$(
        impl<W: Write> $access for &mut Ser<W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<()> {
                for _ in 0..$ends {
                    self.encoder.end()?;
                }
                Ok(())
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element 1;
    SerializeTuple serialize_element 1;
    SerializeTupleStruct serialize_field 1;
    SerializeTupleVariant serialize_field 2;
}

/// Structs; a variant ends twice.
macro_rules! structs {
    ($($access:ident $ends:literal;)*) => {$(
        impl<W: Write> $access for &mut Ser<W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.name(key)?;
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<()> {
                for _ in 0..$ends {
                    self.encoder.end()?;
                }
                Ok(())
            }
        }
    )*};
}

structs! {
    SerializeStruct 1;
    SerializeStructVariant 2;
}

impl<W: Write> SerializeMap for &mut Ser<W> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        key.serialize(&mut **self)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<()> {
        self.encoder.end().map(drop)
    }
}
