//! What the user is told of a column of Python objects: which cells are mapped rather than kept as they are.

use crate::kind::{Kind, Size, Why, Zone};

/// What a [`Reader`](crate::cell::Reader) met that no kind tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// `Decimal('NaN')`, which is null.
    pub(crate) decimal_nan: bool,
    /// Paths, addresses and fractions.
    pub(crate) printed: bool,
    /// Objects of a subclass of `str` or the like.
    pub(crate) subclass: bool,
    /// Long doubles that no double is equal to.
    pub(crate) rounded: bool,
    /// A `datetime64` of months or years.
    pub(crate) month: bool,
    /// A zone that has no name which says all of it.
    pub(crate) zone: bool,
}

impl Told {
    /// What either met.
    pub(crate) fn add(&mut self, other: Told) {
        self.decimal_nan |= other.decimal_nan;
        self.printed |= other.printed;
        self.subclass |= other.subclass;
        self.rounded |= other.rounded;
        self.month |= other.month;
        self.zone |= other.zone;
    }
}

/// All notes of a column, a sentence each.
pub(crate) fn of(kind: &Kind, told: Told) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(note) = note(kind) {
        notes.push(note.to_owned());
    }
    inside(kind, &mut String::new(), &mut notes);
    let all_json = matches!(kind, Kind::Json(_));
    let more = [
        (told.decimal_nan, "Decimal('NaN'), written as null"),
        (told.printed && !all_json, "paths, addresses or fractions, written as their text"),
        (told.subclass, "objects made of one text or number, such as of subclasses of str, written as that"),
        (told.rounded, "long doubles, rounded to float64"),
        (told.month && !all_json, "months or years, written as their first day"),
        (
            told.zone,
            "a time zone that has no name here; instants are kept, shown in UTC or in the nearest offset",
        ),
    ];
    notes.extend(more.into_iter().filter(|(met, _)| *met).map(|(_, note)| note.to_owned()));
    notes
}

/// What is to be said of cells of this kind themselves.
fn note(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Json(Why::Mixed) => "mixed or unknown objects, written as JSON text",
        Kind::Json(Why::Digits) => "numbers of more than 76 digits, or infinite ones, written as JSON text",
        Kind::Json(Why::Reach) => "times that no unit holds, written as JSON text",
        Kind::Json(Why::Keys) => "dicts without common keys of text, written as JSON text",
        Kind::Str { utf8: false } => "text with lone surrogates, written as its bytes",
        Kind::Str2 { utf8: false } => "Python 2 str that is not all UTF-8, written as bytes",
        Kind::Bytes { text: true } => "text among bytes, written as its UTF-8",
        Kind::FloatOrBool => "booleans among floats, written as 1.0 and 0.0",
        Kind::Complex => "complex numbers, written as struct<real, imag>",
        Kind::Int(ints) if ints.size > Size::U64 || (ints.negative && ints.size == Size::U64) => {
            "integers of more than 64 bits, written as decimals"
        }
        Kind::Stamp { zone: Zone::Several, .. } => "times of several zones, written in UTC",
        _ => return None,
    })
}

/// Most notes about what is inside the cells of one column.
const MOST: usize = 4;

/// What is to be said of the items of lists and the fields of structures, each with its path. Kinds are at most as
/// deep as inference looks.
fn inside(kind: &Kind, path: &mut String, notes: &mut Vec<String>) {
    let len = path.len();
    let mut visit = |step: &str, kind: &Kind| {
        if !path.is_empty() && step != "[]" {
            path.push('.');
        }
        path.push_str(step);
        if let Some(note) = note(kind)
            && notes.len() < MOST
        {
            notes.push(format!("in `{path}`: {note}"));
        }
        inside(kind, path, notes);
        path.truncate(len);
    };
    match kind {
        Kind::List(item) => visit("[]", item),
        Kind::Struct(fields) => fields.iter().for_each(|(name, kind)| visit(name, kind)),
        _ => {}
    }
}
