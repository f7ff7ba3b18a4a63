//! An encoder as a `Serializer`.

use std::collections::HashMap;
use std::io::Write;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::encode::{Encoder, Memo, Open, length};
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

    pub(super) fn finish(mut self) -> Result<()> {
        self.encoder.complete();
        self.encoder.finish().map(drop)
    }

    #[inline]
    fn name(&mut self, name: &'static str) -> Result<()> {
        let place = (name.as_ptr() as usize >> 2 ^ name.len()) % 32;
        match self.recent.get(place) {
            Some(&Some((known, memo))) if std::ptr::eq(known, name) => self.encoder.write_get(memo),
            _ => self.new_name(name, place),
        }
    }

    fn new_name(&mut self, name: &'static str, place: usize) -> Result<()> {
        let memo = match self.names.get(name) {
            Some(&memo) => {
                self.encoder.write_get(memo)?;
                memo
            }
            None => {
                let memo = self.encoder.put_kept_str(name)?;
                self.names.insert(name, memo);
                memo
            }
        };
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = Some((name, memo));
        }
        Ok(())
    }

    /// Begins a variant with something in it: a dict of one name.
    fn variant(&mut self, name: &'static str) -> Result<Open> {
        let mut open = self.encoder.write_dict(2)?;
        self.encoder.next_of(&mut open)?;
        self.name(name)?;
        self.encoder.next_of(&mut open)?;
        Ok(open)
    }

    fn end(&mut self, open: &Open) -> Result<()> {
        open.check()?;
        self.encoder.write_end(open).map(drop)
    }

    fn list(&mut self, len: Option<usize>) -> Result<Within<'_, W>> {
        let open = self.encoder.write_list(length(len, 1))?;
        Ok(Within { ser: self, open, variant: None })
    }

    fn tuple(&mut self, len: usize) -> Within<'_, W> {
        let open = self.encoder.write_tuple(length(Some(len), 1));
        Within { ser: self, open, variant: None }
    }

    fn dict(&mut self, len: Option<usize>) -> Result<Within<'_, W>> {
        let open = self.encoder.write_dict(length(len, 2))?;
        Ok(Within { ser: self, open, variant: None })
    }
}

/// A container that is being written; around it, perhaps, the dict that makes it a variant.
pub(super) struct Within<'s, W> {
    ser: &'s mut Ser<W>,
    open: Open,
    variant: Option<Open>,
}

impl<W: Write> Within<'_, W> {
    #[inline]
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.ser.encoder.next_of(&mut self.open)?;
        value.serialize(&mut *self.ser)
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.ser.encoder.next_of(&mut self.open)?;
        self.ser.name(name)?;
        self.value(value)
    }

    #[inline]
    fn finish(self) -> Result<()> {
        self.ser.end(&self.open)?;
        match &self.variant {
            Some(variant) => self.ser.end(variant),
            None => Ok(()),
        }
    }
}

impl<'s, W: Write> Serializer for &'s mut Ser<W> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Within<'s, W>;
    type SerializeTuple = Within<'s, W>;
    type SerializeTupleStruct = Within<'s, W>;
    type SerializeTupleVariant = Within<'s, W>;
    type SerializeMap = Within<'s, W>;
    type SerializeStruct = Within<'s, W>;
    type SerializeStructVariant = Within<'s, W>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<()> {
        self.encoder.put_bool(value);
        Ok(())
    }

    #[inline]
    fn serialize_i8(self, value: i8) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<()> {
        self.encoder.put_int(value)
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_u16(self, value: u16) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_u32(self, value: u32) -> Result<()> {
        self.encoder.put_int(value.into())
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<()> {
        match i64::try_from(value) {
            Ok(value) => self.encoder.put_int(value),
            Err(_) => self.encoder.put_big_int(&i128::from(value).to_le_bytes()),
        }
    }

    fn serialize_i128(self, value: i128) -> Result<()> {
        self.encoder.put_big_int(&value.to_le_bytes())
    }

    fn serialize_u128(self, value: u128) -> Result<()> {
        let mut bytes = [0; 17];
        bytes[..16].copy_from_slice(&value.to_le_bytes());
        self.encoder.put_big_int(&bytes)
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<()> {
        self.serialize_f64(value.into())
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<()> {
        self.encoder.put_float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<()> {
        self.encoder.put_str(value.as_bytes()).map(drop)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.encoder.put_bytes(value).map(drop)
    }

    #[inline]
    fn serialize_none(self) -> Result<()> {
        self.encoder.put_none();
        Ok(())
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.name(variant)
    }

    #[inline]
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
        let open = self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.end(&open)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Within<'s, W>> {
        self.list(len)
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Within<'s, W>> {
        Ok(self.tuple(len))
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Within<'s, W>> {
        Ok(self.tuple(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Within<'s, W>> {
        let variant = Some(self.variant(variant)?);
        Ok(Within { variant, ..self.tuple(len) })
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Within<'s, W>> {
        self.dict(len)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Within<'s, W>> {
        self.dict(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Within<'s, W>> {
        let variant = Some(self.variant(variant)?);
        Ok(Within { variant, ..self.dict(Some(len))? })
    }
}

/// Values without names.
macro_rules! sequences {
    ($($access:ident $method:ident;)*) => {$(
        impl<W: Write> $access for Within<'_, W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.value(value)
            }

            #[inline]
            fn end(self) -> Result<()> {
                self.finish()
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// Values by name.
macro_rules! structs {
    ($($access:ident)*) => {$(
        impl<W: Write> $access for Within<'_, W> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.field(key, value)
            }

            #[inline]
            fn end(self) -> Result<()> {
                self.finish()
            }
        }
    )*};
}

structs! { SerializeStruct SerializeStructVariant }

impl<W: Write> SerializeMap for Within<'_, W> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.value(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<()> {
        self.finish()
    }
}
