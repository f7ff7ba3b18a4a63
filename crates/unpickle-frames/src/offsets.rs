//! Frequencies of periods, as the offsets that every pandas loads: their names changed, the offsets did not.

use std::io::Write;

use unpickle_core::{Category, Error, Result};

use crate::pen::Pen;

const MODULE: &str = "pandas._libs.tslibs.offsets";

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// The offset of a frequency: `M`, `2D`, `Q-DEC`, `W-SUN`, `h` (`H` before pandas 2.2).
pub(crate) fn offset<W: Write>(pen: &mut Pen<W>, freq: &str) -> Result<()> {
    let digits = freq.bytes().take_while(u8::is_ascii_digit).count();
    let (count, name) = freq.split_at_checked(digits).unwrap_or(("", freq));
    let count: i64 = if count.is_empty() { 1 } else { count.parse().map_err(|_| unknown(freq))? };
    let (base, anchor) = name.split_once('-').map_or((name, None), |(base, anchor)| (base, Some(anchor)));
    let of = |names: &[&str]| anchor.map(|anchor| names.iter().position(|name| *name == anchor));
    let month = match of(&MONTHS) {
        None => Some(12),
        Some(found) => found.map(|month| month as i64 + 1),
    };
    let weekday = match of(&DAYS) {
        None => Some(6),
        Some(found) => found.map(|day| day as i64),
    };
    let (class, last) = match (base, anchor) {
        ("Y" | "A" | "YE", _) => ("YearEnd", Some(month.ok_or_else(|| unknown(freq))?)),
        ("Q" | "QE", _) => ("QuarterEnd", Some(month.ok_or_else(|| unknown(freq))?)),
        ("W", _) => ("Week", Some(weekday.ok_or_else(|| unknown(freq))?)),
        ("M" | "ME", None) => ("MonthEnd", None),
        ("D", None) => ("Day", None),
        ("B", None) => ("BusinessDay", None),
        ("h" | "H", None) => ("Hour", None),
        ("min" | "T", None) => ("Minute", None),
        ("s" | "S", None) => ("Second", None),
        ("ms" | "L", None) => ("Milli", None),
        ("us" | "U", None) => ("Micro", None),
        ("ns" | "N", None) => ("Nano", None),
        _ => return Err(unknown(freq)),
    };
    pen.begin_call(MODULE, class, if last.is_some() { 3 } else { 2 })?;
    pen.out.int(count)?;
    pen.out.bool(false)?;
    if let Some(last) = last {
        pen.out.int(last)?;
    }
    pen.end_call()
}

#[cold]
fn unknown(freq: &str) -> Error {
    Error::message(Category::Unsupported, format!("periods of the frequency {freq} are not supported"))
}
