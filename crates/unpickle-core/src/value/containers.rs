//! Containers, calls and globals: what is made of other values.

use super::Value;
use crate::class::{Class, Known, folded};
use crate::dict::Dict;
use crate::graph::{Record, Shape};
use crate::leaf::Leaf;
use crate::object::{Call, Object};
use crate::seq::Seq;
use crate::table::Part;
use crate::word::Ref;

impl<'p> Value<'p> {
    #[inline]
    pub(super) fn shaped(self, shape: Shape) -> Option<&'p Record> {
        self.record().filter(|record| record.shape() == shape)
    }

    fn shaped_part(self, shape: Shape) -> Option<Part<'p>> {
        self.part().filter(|part| part.shape() == shape)
    }

    /// A `list`.
    #[inline]
    pub fn as_list(self) -> Option<Seq<'p>> {
        match self.shaped(Shape::List) {
            Some(record) => Some(self.seq(record)),
            None => self.shaped_part(Shape::List).map(|part| self.part_seq(part)),
        }
    }

    /// A `tuple`.
    #[inline]
    pub fn as_tuple(self) -> Option<Seq<'p>> {
        match self.shaped(Shape::Tuple) {
            Some(record) => Some(self.seq(record)),
            None if matches!(self.leaf(), Some(Leaf::EmptyTuple)) => Some(self.no_items()),
            None => self.shaped_part(Shape::Tuple).map(|part| self.part_seq(part)),
        }
    }

    /// The items of a `list`, `tuple`, `set` or `frozenset`, however the last two are spelled.
    #[inline]
    pub fn as_seq(self) -> Option<Seq<'p>> {
        let shape = self.record().map(Record::shape).or_else(|| Some(self.part()?.shape()));
        match (shape, self.record()) {
            (None, _) => self.as_tuple(),
            (Some(Shape::List | Shape::Tuple | Shape::Set | Shape::FrozenSet), record) => {
                record.map(|record| self.seq(record)).or_else(|| Some(self.part_seq(self.part()?)))
            }
            (Some(Shape::Reduce), Some(record))
                if matches!(record.tag(), folded::SET | folded::FROZEN_SET) =>
            {
                let items = Object::new(self, record).arg(0)?;
                let items = items.as_list().or_else(|| items.as_tuple())?;
                match self.graph.states(record).first()?.get() {
                    Ref::Leaf(len) => Some(items.head(len)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A `dict` (not a subclass: see [`Object::pairs`]).
    #[inline]
    pub fn as_dict(self) -> Option<Dict<'p>> {
        match self.shaped(Shape::Dict) {
            Some(record) => Some(Dict::new(self, record)),
            None => self.shaped_part(Shape::Dict).map(|part| Dict::of_part(self, part)),
        }
    }

    /// What a call makes, a call that spells a plain value too; also persistent ids and globals that have a
    /// state or items.
    #[inline]
    pub fn as_object(self) -> Option<Object<'p>> {
        if let Some(part) = self.part() {
            return matches!(part.shape(), Shape::Reduce | Shape::NewObj)
                .then(|| Object::of_part(self, part));
        }
        let record = self.record()?;
        matches!(record.shape(), Shape::Reduce | Shape::NewObj | Shape::NewObjEx | Shape::Obj | Shape::Inst)
            .then(|| Object::new(self, record))
    }

    /// A global.
    #[inline]
    pub fn as_class(self) -> Option<Class<'p>> {
        let record = self.shaped(Shape::Class)?;
        let part = |slot| std::str::from_utf8(self.with(self.graph.slot(record, slot)?).str_bytes()?).ok();
        Some(Class::new(self, part(0)?, part(1)?))
    }

    pub(crate) fn known(self) -> Known {
        self.shaped(Shape::Class).map_or(Known::Other, |record| Known::from_tag(record.tag()))
    }

    /// The call that makes it, with callable and arguments as Python would see them; see [`Call`].
    pub fn call(self) -> Option<Call<'p>> {
        self.as_object()?.call()
    }
}
