//! What `DataFrame`, `Series` and `Panel` have in common: `NEWOBJ cls ()`, `BUILD {'_mgr' or '_data', '_typ', …}`.
//!
//! The keys tell more than the class: subclasses of other libraries (geopandas' frames, say) keep them.

use unpickle_core::{Dict, Value};

use crate::names::{Made, Name, field, get, some, text};

/// A frame, a series or a panel, still in its wrapping.
pub(crate) struct Envelope<'p> {
    pub(crate) kind: Kind,
    pub(crate) manager: Value<'p>,
    state: Value<'p>,
}

/// Which of the three it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Frame,
    Series,
    Panel,
}

impl<'p> Envelope<'p> {
    /// The wrapping in `value`, if it is any.
    pub(crate) fn of(value: Value<'p>) -> Option<Envelope<'p>> {
        let object = value.as_object()?;
        // The manager itself may be the state.
        let (state, manager) = object
            .states()
            .find_map(|state| Some((state, manager(state)?)))
            .or_else(|| object.states().find(|state| is_manager(*state)).map(|state| (state, state)))?;
        let typ = field(state, "_typ").and_then(text);
        let name = value.call().and_then(|call| Name::of(call.module, call.name));
        let kind = match (typ, name) {
            (Some("dataframe"), _) => Kind::Frame,
            (Some("series"), _) => Kind::Series,
            (Some("panel" | "panel4d"), _) => Kind::Panel,
            (Some(_), _) => return None,
            (None, Some(Name::Frame)) => Kind::Frame,
            (None, Some(Name::Series)) => Kind::Series,
            (None, Some(Name::Panel)) => Kind::Panel,
            (None, _) => match manager.call()?.name {
                "SingleBlockManager" | "SingleArrayManager" => Kind::Series,
                _ => Kind::Frame,
            },
        };
        Some(Envelope { kind, manager, state })
    }

    /// The name of a series.
    pub(crate) fn name(&self) -> Option<Value<'p>> {
        some(field(self.state, "_name").or_else(|| field(self.state, "name")))
    }

    /// `attrs`, unless it is empty.
    pub(crate) fn attrs(&self) -> Option<Dict<'p>> {
        let attrs = field(self.state, "attrs").or_else(|| field(self.state, "_attrs"))?.as_dict()?;
        if attrs.is_empty() { None } else { Some(attrs) }
    }

    /// `flags.allows_duplicate_labels`, which is true unless the file says otherwise.
    pub(crate) fn allows_duplicate_labels(&self) -> bool {
        let flags = field(self.state, "_flags").and_then(Value::as_dict);
        flags.and_then(|flags| get(flags, "allows_duplicate_labels")).and_then(Value::as_bool).unwrap_or(true)
    }
}

fn manager(state: Value<'_>) -> Option<Value<'_>> {
    field(state, "_mgr").or_else(|| field(state, "_data")).filter(|manager| is_manager(*manager))
}

fn is_manager(value: Value<'_>) -> bool {
    Made::of(value).is_some_and(|made| matches!(made.name, Name::BlockManager | Name::ArrayManager))
}
