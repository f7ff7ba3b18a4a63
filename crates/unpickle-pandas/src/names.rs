//! One table of spellings: what a global of pandas is, whichever version wrote it.
//!
//! pandas moved its classes from module to module for fifteen years (`pandas.core.index`,
//! `pandas.indexes.base`, `pandas.core.indexes.base`, `pandas`), but hardly ever renamed them.
//! So the final name decides, in any module of pandas, and a new move needs no change here.

use unpickle_core::{Class, Dict, Encoding, Object, Seq, Value};

/// What a global of pandas stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Frame,
    Series,
    /// Three dimensions or four, up to 0.24.
    Panel,
    /// A dict of sparse frames, up to 0.18.
    SparsePanel,
    /// `BlockManager`, `SingleBlockManager`.
    BlockManager,
    /// `ArrayManager`, `SingleArrayManager`: axes the other way round.
    ArrayManager,
    /// `_unpickle_block`, `new_block`, `make_block`: (values, placement, ndim).
    MakeBlock,
    /// A class of blocks, whose state is (placement, values).
    Block,
    BlockPlacement,
    /// `_new_Index` and its kin: (class, dict).
    NewIndex,
    Index(IndexName),
    Categorical,
    DatetimeArray,
    TimedeltaArray,
    PeriodArray,
    IntervalArray,
    MaskedArray,
    StringArray,
    ArrowArray,
    ArrowStringArray,
    /// `ArrowStringArrayNumpySemantics`: missing cells are NaN.
    ArrowStringNan,
    /// `StringArrayNumpySemantics`: the same on Python's strings.
    StringNan,
    SparseArray,
    NumpyArray,
    CategoricalDtype,
    DatetimeTzDtype,
    PeriodDtype,
    IntervalDtype,
    SparseDtype,
    StringDtype,
    ArrowDtype,
    NumpyDtype,
    /// `Int64Dtype` and the other dtypes which their name says all about.
    PlainDtype,
    IntIndex,
    BlockIndex,
    Timestamp,
    Timedelta,
    Period,
    Interval,
    NaT,
    NA,
    FrozenList,
}

/// The classes of Index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexName {
    Plain,
    Range,
    Multi,
    Datetime,
    Timedelta,
    Period,
    Interval,
    Categorical,
}

/// Whether a module belongs to pandas.
pub(crate) fn is_pandas(module: &str) -> bool {
    module.strip_prefix("pandas").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Name {
    /// What `module.name` is, if it is pandas' and known.
    pub(crate) fn of(module: &str, name: &str) -> Option<Name> {
        if !is_pandas(module) {
            return None;
        }
        let name = name.rsplit('.').next().unwrap_or(name);
        Some(match name {
            "DataFrame" | "SparseDataFrame" | "DataMatrix" | "LongPanel" => Name::Frame,
            "Series" | "TimeSeries" | "SparseSeries" | "SparseTimeSeries" => Name::Series,
            "Panel" | "WidePanel" | "Panel4D" | "PanelND" => Name::Panel,
            "SparsePanel" => Name::SparsePanel,
            "BlockManager" | "SingleBlockManager" => Name::BlockManager,
            "ArrayManager" | "SingleArrayManager" => Name::ArrayManager,
            "_unpickle_block" | "new_block" | "make_block" => Name::MakeBlock,
            "BlockPlacement" => Name::BlockPlacement,
            "_new_Index"
            | "_new_DatetimeIndex"
            | "_new_TimedeltaIndex"
            | "_new_PeriodIndex"
            | "_new_IntervalIndex" => Name::NewIndex,
            "Index" | "Int64Index" | "UInt64Index" | "Float64Index" | "NumericIndex" => {
                Name::Index(IndexName::Plain)
            }
            "RangeIndex" => Name::Index(IndexName::Range),
            "MultiIndex" => Name::Index(IndexName::Multi),
            // `DateRange` is what it was called before 0.8.
            "DatetimeIndex" | "DateRange" => Name::Index(IndexName::Datetime),
            "TimedeltaIndex" => Name::Index(IndexName::Timedelta),
            "PeriodIndex" => Name::Index(IndexName::Period),
            "IntervalIndex" => Name::Index(IndexName::Interval),
            "CategoricalIndex" => Name::Index(IndexName::Categorical),
            "Categorical" => Name::Categorical,
            "DatetimeArray" => Name::DatetimeArray,
            "TimedeltaArray" => Name::TimedeltaArray,
            "PeriodArray" => Name::PeriodArray,
            "IntervalArray" => Name::IntervalArray,
            "IntegerArray" | "FloatingArray" | "BooleanArray" => Name::MaskedArray,
            "StringArray" => Name::StringArray,
            "StringArrayNumpySemantics" => Name::StringNan,
            "ArrowExtensionArray" => Name::ArrowArray,
            "ArrowStringArray" => Name::ArrowStringArray,
            "ArrowStringArrayNumpySemantics" => Name::ArrowStringNan,
            "SparseArray" => Name::SparseArray,
            "NumpyExtensionArray" | "PandasArray" => Name::NumpyArray,
            "CategoricalDtype" => Name::CategoricalDtype,
            "DatetimeTZDtype" => Name::DatetimeTzDtype,
            "PeriodDtype" => Name::PeriodDtype,
            "IntervalDtype" => Name::IntervalDtype,
            "SparseDtype" => Name::SparseDtype,
            "StringDtype" => Name::StringDtype,
            "ArrowDtype" => Name::ArrowDtype,
            "NumpyEADtype" | "PandasDtype" => Name::NumpyDtype,
            "BooleanDtype" | "Int8Dtype" | "Int16Dtype" | "Int32Dtype" | "Int64Dtype" | "UInt8Dtype"
            | "UInt16Dtype" | "UInt32Dtype" | "UInt64Dtype" | "Float32Dtype" | "Float64Dtype" => {
                Name::PlainDtype
            }
            "IntIndex" => Name::IntIndex,
            "BlockIndex" => Name::BlockIndex,
            "Timestamp" | "_unpickle_timestamp" => Name::Timestamp,
            "Timedelta" | "_timedelta_unpickle" => Name::Timedelta,
            "Period" => Name::Period,
            "Interval" => Name::Interval,
            "__nat_unpickle" | "_nat_unpickle" | "NaT" | "NaTType" => Name::NaT,
            "NA" | "NAType" => Name::NA,
            "FrozenList" => Name::FrozenList,
            _ if name.ends_with("Block") => Name::Block,
            _ => return None,
        })
    }

    /// What a global is.
    pub(crate) fn of_class(class: Class<'_>) -> Option<Name> {
        Name::of(class.module(), class.name())
    }
}

/// An object of pandas: what it is, what it was called with, and the state it was given.
pub(crate) struct Made<'p> {
    pub(crate) name: Name,
    pub(crate) args: Seq<'p>,
    pub(crate) object: Object<'p>,
    /// A Cython class may take its state as third argument instead of by BUILD.
    inline: Option<Value<'p>>,
}

impl<'p> Made<'p> {
    /// How `value` was made, if it is an object of a class or function of pandas in the table.
    ///
    /// `REDUCE __pyx_unpickle_X (cls, checksum, state)`, which Cython writes, counts as making a `cls`.
    pub(crate) fn of(value: Value<'p>) -> Option<Made<'p>> {
        let call = value.call()?;
        if call.method.is_some() {
            return None;
        }
        let object = call.object;
        if is_pandas(call.module) && call.name.starts_with("__pyx_unpickle_") {
            let name = Name::of_class(call.args.get(0)?.as_class()?)?;
            let inline = call.args.get(2).filter(|state| !state.is_none());
            return Some(Made { name, args: call.args, object, inline });
        }
        let name = Name::of(call.module, call.name)?;
        Some(Made { name, args: call.args, object, inline: None })
    }

    /// The state, from whichever place it was written to.
    pub(crate) fn state(&self) -> Option<Value<'p>> {
        self.object.state().or(self.inline)
    }

    /// A named field of the state: of a dict, of `(dict,)` or of `(dict, slots)`.
    pub(crate) fn field(&self, name: &str) -> Option<Value<'p>> {
        self.state().and_then(|state| field(state, name))
    }

    /// The first of several spellings of one field.
    pub(crate) fn any_field(&self, names: &[&str]) -> Option<Value<'p>> {
        names.iter().find_map(|name| self.field(name))
    }
}

/// A named field of a state: of a dict, of `(dict,)` or of `(dict, slots)`.
pub(crate) fn field<'p>(state: Value<'p>, name: &str) -> Option<Value<'p>> {
    if let Some(dict) = state.as_dict() {
        return get(dict, name);
    }
    let parts = state.as_tuple().filter(|parts| parts.len() <= 2)?;
    parts.iter().find_map(|part| get(part.as_dict()?, name))
}

/// A named item. Python 2's `str` counts as a name whatever encoding was chosen for data.
pub(crate) fn get<'p>(dict: Dict<'p>, name: &str) -> Option<Value<'p>> {
    if let Some(found) = dict.get(name) {
        return Some(found);
    }
    if dict.value().encoding() != Encoding::Bytes {
        return None;
    }
    let pairs = dict.pairs().filter(|(key, _)| key.as_str2() == Some(name.as_bytes()));
    pairs.last().map(|(_, value)| value)
}

/// Text. Python 2's `str` counts as such whatever encoding was chosen for data.
pub(crate) fn text(value: Value<'_>) -> Option<&str> {
    value.as_str().or_else(|| std::str::from_utf8(value.as_str2()?).ok())
}

/// The items of a list, a tuple, or of pandas' `FrozenList`.
pub(crate) fn items(value: Value<'_>) -> Option<Seq<'_>> {
    value.as_seq().or_else(|| {
        let made = Made::of(value)?;
        match made.name {
            Name::FrozenList => made.object.items().or_else(|| made.args.get(0)?.as_seq()),
            _ => None,
        }
    })
}

/// `value` unless it is Python's `None`.
pub(crate) fn some(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| !value.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_may_be_any_of_pandas() {
        for module in ["pandas", "pandas.core.index", "pandas.indexes.base", "pandas.core.indexes.base"] {
            assert_eq!(Name::of(module, "Index"), Some(Name::Index(IndexName::Plain)));
        }
    }

    #[test]
    fn another_library_with_a_like_name_is_not_pandas() {
        assert_eq!(Name::of("pandas_like", "Index"), None);
        assert_eq!(Name::of("geopandas.frame", "DataFrame"), None);
        assert_eq!(Name::of("pandas", "Styler"), None);
    }

    #[test]
    fn every_class_of_blocks_is_a_block() {
        assert_eq!(Name::of("pandas.core.internals", "IntBlock"), Some(Name::Block));
        assert_eq!(Name::of("pandas.core.internals.blocks", "DatetimeTZBlock"), Some(Name::Block));
    }
}
