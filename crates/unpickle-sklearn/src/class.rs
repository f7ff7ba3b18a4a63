//! Of which class an object is, however its pickle spells that.

use unpickle_core::{Object, Value};

use crate::modules::todays_name;

/// The class of an object: module and name as today's scikit-learn spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassName<'p> {
    pub(crate) module: &'p str,
    pub(crate) name: &'p str,
}

impl<'p> ClassName<'p> {
    pub(crate) fn of(value: Value<'p>) -> Option<ClassName<'p>> {
        let (module, name) = raw_class(value)?;
        let (module, name) = todays_name(module, name);
        Some(ClassName { module, name })
    }
}

impl std::fmt::Display for ClassName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

/// Module and name of the class as they are pickled. Cython's classes are made by functions that are given the class:
/// `newObj(cls)` of the trees for neighbours, `__pyx_unpickle_X(cls, checksum, state)` of the losses.
pub(crate) fn raw_class(value: Value<'_>) -> Option<(&str, &str)> {
    let call = value.call().filter(|call| call.method.is_none())?;
    if call.name == "newObj" || call.name == "new_object" || call.name.starts_with("__pyx_unpickle_") {
        let class = call.args.get(0)?.as_class()?;
        return Some((class.module(), class.name()));
    }
    Some((call.module, call.name))
}

/// An object that has attributes: its state is a dict, or a dict and that of its slots.
pub(crate) fn with_attributes(value: Value<'_>) -> Option<Object<'_>> {
    value.as_object().filter(|object| object.attr_dicts().next().is_some())
}

/// What an object or value is, for messages: its class, else its kind.
pub(crate) fn described(value: Value<'_>) -> String {
    match ClassName::of(value) {
        Some(class) => format!("a {class}"),
        None => format!("a value of kind {}", value.kind()),
    }
}
