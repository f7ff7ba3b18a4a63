//! Objects of classes nobody here knows, by their shape.

use unpickle_core::{Make, Object, View};

use crate::mapping::Mapping;
use crate::stdlib::Std;

/// What an object of a class nobody here knows is by its shape alone, if it has no attributes: a tuple with names
/// (`NEWOBJ cls (a, b, …)`), a subclass of `dict` or `list`, or of `str` and the like (`NEWOBJ cls (value,)`). In
/// protocols 0 and 1 it is `_reconstructor (cls, base, value)`.
pub(crate) fn shaped(object: Object<'_>) -> Option<Std<'_>> {
    let call = object.call()?;
    // Python 2 writes attributes even where there are none.
    let bare = object.states().all(|state| state.as_dict().is_some_and(|state| state.is_empty()));
    if !bare || object.kwargs().is_some() || call.method.is_some() {
        return None;
    }
    match (object.items(), object.pairs()) {
        (None, None) => {}
        (Some(items), None) if call.args.is_empty() => return Some(Std::Sequence(items)),
        (None, Some(pairs)) if call.args.is_empty() => return Some(Std::Mapping(Mapping::Dict(pairs))),
        _ => return None,
    }
    let new = object.make() == Make::NewObj;
    if new && call.args.len() >= 2 {
        return Some(Std::Sequence(call.args));
    }
    let base = object.callable().as_class().filter(|class| class.is("copyreg", "_reconstructor"));
    let value = call.args.get(0).filter(|_| new || base.is_some())?;
    match value.view() {
        View::Str(_) | View::Str2(_) | View::Bytes(_) | View::Int(_) | View::Float(_) => {
            Some(Std::Plain(value))
        }
        View::Dict(dict) if !new => Some(Std::Mapping(Mapping::Dict(dict))),
        View::List(items) if !new => Some(Std::Sequence(items)),
        View::Tuple(items) if !new => Some(Std::Sequence(items)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::stdlib::Std;
    use crate::stdlib::tests::with;

    #[test]
    fn a_subclass_of_dict_is_one_in_any_protocol() {
        for bytes in [
            &b"\x80\x02cshop\nRecord\n)\x81X\x01\0\0\0aK\x01s."[..],
            b"ccopy_reg\n_reconstructor\n(cshop\nRecord\nc__builtin__\ndict\n(dVa\nI1\nstR.",
        ] {
            with(bytes, |found| {
                assert!(matches!(found, Some(Std::Mapping(mapping)) if mapping.len() == 1), "{found:?}")
            });
        }
    }

    #[test]
    fn a_subclass_of_str_is_its_text_unless_it_has_attributes() {
        for bytes in [
            &b"\x80\x02cshop\nName\nX\x01\0\0\0a\x85\x81."[..],
            b"\x80\x02cshop\nName\nX\x01\0\0\0a\x85\x81}b.",
            b"ccopy_reg\n_reconstructor\n(cshop\nName\nc__builtin__\nunicode\nVa\ntR.",
        ] {
            with(bytes, |found| {
                assert!(matches!(found, Some(Std::Plain(text)) if text.as_str() == Some("a")), "{found:?}")
            });
        }
        let bytes = b"\x80\x02cshop\nName\nX\x01\0\0\0a\x85\x81}X\x01\0\0\0kNsb.";
        with(bytes, |found| assert!(found.is_none(), "{found:?}"));
        // A call of one text may make anything.
        with(b"\x80\x02cshop\nName\nX\x01\0\0\0a\x85R.", |found| assert!(found.is_none(), "{found:?}"));
    }
}
