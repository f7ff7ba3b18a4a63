//! What a value is, in a few words for people.

use unpickle_arrays::is_array;
use unpickle_core::{Value, View};
use unpickle_pandas::{DataFrame, Index, PandasScalar, Series, Std, scalar, stdlib};

use crate::cell::{Cell, Reader};
use crate::labels;
use crate::tabular::numpy;

/// Names of attributes that are told.
const NAMES: usize = 5;

/// What a value is, in a few words: "the int 5", "a dict of 3", "an array of float64 and shape (2, 3)", "an app.User
/// object with the attributes name, age".
///
/// ```
/// use unpickle_arrow::describe;
/// use unpickle_core::Pickle;
///
/// assert_eq!(describe(Pickle::parse(b"K\x05.".to_vec())?.root()), "the int 5");
/// assert_eq!(describe(Pickle::parse(b"cos\nsystem\n.".to_vec())?.root()), "the name os.system, a function or a class");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn describe(value: Value<'_>) -> String {
    let kind = value.kind().to_string();
    match value.view() {
        View::None => "None".into(),
        View::List(_) | View::Tuple(_) | View::Set(_) | View::FrozenSet(_) | View::Dict(_) => {
            let keys: Vec<String> = value
                .as_dict()
                .into_iter()
                .flat_map(|dict| dict.iter().take(NAMES).map(|(key, _)| short(key)).collect::<Vec<_>>())
                .collect();
            let more = if value.len() > keys.len() { ", …" } else { "" };
            let keys = match &*keys {
                [] => String::new(),
                [one] => format!(" with the key {one}"),
                some => format!(" with the keys {}{more}", some.join(", ")),
            };
            format!("{} {kind} of {}{keys}", article(&kind), value.len())
        }
        View::Class(class) => format!("the name {}.{}, a function or a class", class.module(), class.name()),
        View::Object(_) => describe_known(value).unwrap_or_else(|| object(value, &kind)),
        View::Persistent(_) | View::Extension(_) => format!("{} {kind}", article(&kind)),
        _ => format!("the {kind} {}", short(value)),
    }
}

/// What is known of a value by more than its class: arrays, frames, series and indexes, with their sizes.
pub fn describe_known(value: Value<'_>) -> Option<String> {
    let call = value.call()?;
    let kind = format!("{}.{}", call.module, call.name);
    if call.module.starts_with("pandas") || call.module.starts_with("geopandas") || Index::is_in(value) {
        if let Ok(frame) = value.extract::<DataFrame<'_>>() {
            let (rows, columns) = (counted(frame.len(), "row"), counted(frame.columns().len(), "column"));
            return Some(format!("{kind} of {rows} x {columns}"));
        }
        if let Ok(series) = value.extract::<Series<'_>>() {
            return Some(format!("{kind} of {}", counted(series.index().len(), "row")));
        }
        if let Ok(index) = value.extract::<Index<'_>>() {
            return Some(format!("a pandas index of {}", counted(index.len(), "row")));
        }
    }
    let (dtype, shape) = numpy::describe(value)?;
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let what = if is_array(value) { "an array" } else { "a tensor" };
    Some(format!("{what} of {dtype} and shape ({}{comma})", shape.join(", ")))
}

/// An object: of the standard library and of pandas by value, else by class and attributes.
fn object(value: Value<'_>, kind: &str) -> String {
    let scalar = match scalar::recognise(value) {
        Some(PandasScalar::Timestamp { .. }) => Some("Timestamp"),
        Some(PandasScalar::Timedelta { .. }) => Some("Timedelta"),
        Some(PandasScalar::Period { .. }) => Some("Period"),
        Some(PandasScalar::Interval { .. }) => Some("Interval"),
        Some(PandasScalar::NaT) => Some("NaT"),
        Some(PandasScalar::NA) => Some("NA"),
        None => None,
    };
    let text = scalar_text(value);
    if let Some(name) = scalar {
        return text.map_or_else(|| format!("a pandas {name}"), |text| format!("the pandas {name} {text}"));
    }
    let name = match value.call() {
        Some(call) => format!("{}.{}", call.module, call.name),
        None => return format!("{} {kind}", article(kind)),
    };
    let name = if name.ends_with("multiarray.scalar") { "numpy scalar".to_owned() } else { name };
    if let Some(text) = text {
        return format!("the {name} {text}");
    }
    match stdlib::recognise(value) {
        Some(Std::Mapping(pairs)) => return format!("{} {name} of {}", article(&name), pairs.len()),
        Some(Std::Sequence(items)) => return format!("{} {name} of {}", article(&name), items.len()),
        Some(_) => return format!("{} {name}", article(&name)),
        None => {}
    }
    let attrs = value.as_object().into_iter().flat_map(|object| object.attrs());
    let names: Vec<String> =
        attrs.filter_map(|(name, _)| name.as_text().map(|name| name.chars().take(40).collect())).collect();
    let more = if names.len() > NAMES { ", …" } else { "" };
    let names = match names.get(..names.len().min(NAMES)).unwrap_or_default() {
        [] => String::new(),
        [one] => format!(" with the attribute {one}"),
        some => format!(" with the attributes {}{more}", some.join(", ")),
    };
    format!("{} {name} object{names}", article(&name))
}

/// The text of a number, a moment and the like.
fn scalar_text(value: Value<'_>) -> Option<String> {
    let cell = Reader::default().read(value);
    let plain = !matches!(
        cell,
        Cell::Null
            | Cell::List(_)
            | Cell::Map(_)
            | Cell::Array(_)
            | Cell::Masked(_)
            | Cell::Other
            | Cell::Library(_)
            | Cell::Period { .. }
            | Cell::Interval { .. }
            | Cell::Duration { .. }
    );
    let text = labels::name_text(value).filter(|_| plain)?;
    Some(text.chars().take(60).collect())
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn short(value: Value<'_>) -> String {
    value.repr().with_depth(2).with_items(8).with_text(60).with_max_bytes(120).to_string()
}
