//! Objects as JSON: what is known of the standard library and of pandas by its values, any other by what made it.

use std::fmt::Write as _;

use unpickle_core::{Dict, Object, Result, Seq, Value, View};
use unpickle_numpy::{self as numpy, Scalar};
use unpickle_pandas::{Closed, Std, Time, TimeDelta, TimeZone, period_freq};

use super::Writer;
use super::text::{integer, open, string, tagged};
use crate::times::Unit;

/// Objects of classes nobody here knows are opened while the text of the cell is shorter: through one that knows its
/// neighbours (a tag of a page, say) the whole of a graph would come, once for each path to it.
const MAX_OPEN: usize = 64 << 10;

impl<'p> Writer<'_, 'p> {
    /// A value for which Arrow has no type.
    pub(super) fn opaque(&mut self, value: Value<'p>) -> Result<()> {
        match value.view() {
            View::Object(object) => {
                if let Some((kind, number)) = ticks(value) {
                    open(&kind, self.out);
                    _ = write!(self.out, ", \"value\": {number}}}");
                    return Ok(());
                }
                self.object(value, object)
            }
            View::Class(class) => {
                tagged("global", &name(class.module(), class.name()), self.out);
                Ok(())
            }
            View::Persistent(id) => self.inside(Some(value), |writer| {
                open("persistent id", writer.out);
                writer.field("id", id)?;
                writer.close()
            }),
            _ => {
                tagged(&value.kind().to_string(), &value.repr().to_string(), self.out);
                Ok(())
            }
        }
    }

    /// `{"$type": class, "args": [..], "attributes": {..}, ..}`: whatever the pickle says of it.
    fn object(&mut self, value: Value<'p>, object: Object<'p>) -> Result<()> {
        let (kind, args) = match object.call() {
            Some(call) => {
                let kind = name(call.module, call.name);
                (call.method.map(|method| format!("{kind}.{method}")).unwrap_or(kind), Some(call.args))
            }
            None => ("object".to_owned(), object.args().as_tuple()),
        };
        if self.out.len().saturating_sub(self.start) > MAX_OPEN {
            tagged(&kind, "more", self.out);
            return Ok(());
        }
        self.inside(Some(value), |writer| {
            open(&kind, writer.out);
            if object.call().is_none() {
                writer.field("callable", object.callable())?;
            }
            if let Some(args) = args {
                writer.list("args", args)?;
            }
            if let Some(kwargs) = object.kwargs() {
                writer.field("kwargs", kwargs)?;
            }
            for (number, state) in object.states().enumerate() {
                writer.state(state, number)?;
            }
            if let Some(items) = object.items() {
                writer.list("items", items)?;
            }
            if let Some(pairs) = object.pairs() {
                writer.member("pairs");
                writer.pairs(pairs.iter().collect())?;
            }
            writer.close()
        })
    }

    /// What BUILD set: attributes, as a dict or as `(dict or None, dict of slots)`, or anything else.
    fn state(&mut self, state: Value<'p>, number: usize) -> Result<()> {
        let again = |name: &str| if number == 0 { name.to_owned() } else { format!("{name}.{number}") };
        match attributes(state) {
            Some(pairs) if pairs.is_empty() => Ok(()),
            Some(pairs) => {
                self.member(&again("attributes"));
                self.pairs(pairs)
            }
            None => self.field(&again("state"), state),
        }
    }

    /// A value of the standard library.
    pub(super) fn library(&mut self, std: &Std<'p>) -> Result<()> {
        match std {
            Std::Range(start, stop, step) => {
                open("range", self.out);
                for (name, part) in [("start", start), ("stop", stop), ("step", step)] {
                    _ = write!(self.out, ", \"{name}\": ");
                    integer(*part, self.out);
                }
                self.out.push('}');
            }
            Std::Slice(start, stop, step) => {
                open("slice", self.out);
                for (name, part) in [("start", *start), ("stop", *stop), ("step", *step)] {
                    self.field(name, part)?;
                }
                return self.close();
            }
            Std::TimeDelta(delta) => duration(*delta, self.out),
            Std::Time(time) => {
                let text = crate::text::time(time.micros()) + &self.zone_of(*time);
                tagged("datetime.time", &text, self.out);
            }
            Std::DateTime(datetime) => {
                let text = crate::text::timestamp(datetime.micros(), Unit::Micro).replacen(' ', "T", 1);
                tagged("datetime.datetime", &(text + &self.zone_of(datetime.time)), self.out);
            }
            other => tagged("object", &format!("{other:?}"), self.out),
        }
        Ok(())
    }

    /// `+05:30`, or `[Europe/Paris]` of a zone whose offset depends on the day; what else a zone is, in brackets too.
    fn zone_of(&mut self, time: Time<'p>) -> String {
        let Some(zone) = time.zone else { return String::new() };
        match self.reader.zone(zone) {
            Some((TimeZone { name, utc_offset, .. }, _)) => match utc_offset {
                Some(0) => "+00:00".to_owned(),
                Some(offset) if TimeZone::fixed(*offset).name == *name => name.clone(),
                _ => format!("[{name}]"),
            },
            None => format!("[{}]", zone.repr()),
        }
    }

    pub(super) fn period(&mut self, ordinal: i64, freq: Value<'p>) -> Result<()> {
        open("pandas.Period", self.out);
        _ = write!(self.out, ", \"ordinal\": {ordinal}");
        match period_freq(freq) {
            Ok(freq) => {
                self.member("freq");
                string(freq.as_bytes(), self.out);
            }
            Err(_) => self.field("freq", freq)?,
        }
        self.close()
    }

    pub(super) fn interval(
        &mut self,
        value: Option<Value<'p>>,
        (left, right): (Value<'p>, Value<'p>),
        closed: Closed,
    ) -> Result<()> {
        self.inside(value, |writer| {
            open("pandas.Interval", writer.out);
            writer.field("left", left)?;
            writer.field("right", right)?;
            writer.member("closed");
            string(closed.name().as_bytes(), writer.out);
            writer.close()
        })
    }

    /// The next member of an object that is open.
    fn member(&mut self, name: &str) {
        self.out.push_str(", ");
        string(name.as_bytes(), self.out);
        self.out.push_str(": ");
    }

    fn field(&mut self, name: &str, value: Value<'p>) -> Result<()> {
        self.member(name);
        self.value(value)
    }

    /// A member that is left out where it is empty.
    fn list(&mut self, name: &str, items: Seq<'p>) -> Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.member(name);
        self.items(items.iter())
    }

    fn close(&mut self) -> Result<()> {
        self.out.push('}');
        Ok(())
    }
}

/// The pairs of a state that is a dict, or a dict and a dict of slots.
fn attributes(state: Value<'_>) -> Option<Vec<(Value<'_>, Value<'_>)>> {
    fn pairs(dict: Dict<'_>) -> Vec<(Value<'_>, Value<'_>)> {
        dict.iter().collect()
    }
    if let Some(dict) = state.as_dict() {
        return Some(pairs(dict));
    }
    let parts: Seq<'_> = state.as_tuple().filter(|parts| parts.len() == 2)?;
    let (own, slots) = (parts.get(0)?, parts.get(1)?.as_dict()?);
    let mut all = match own.as_dict() {
        Some(dict) => pairs(dict),
        None if own.is_none() => Vec::new(),
        None => return None,
    };
    all.extend(slots.iter());
    Some(all)
}

/// A class as its own module calls it; those of `builtins` by their name alone.
pub(super) fn name(module: &str, name: &str) -> String {
    if module == "builtins" { name.to_owned() } else { format!("{module}.{name}") }
}

/// The class of an object, where it has one.
pub(super) fn class_name(value: Option<Value<'_>>) -> String {
    match value.and_then(Value::call) {
        Some(call) => name(call.module, call.name),
        None => "object".to_owned(),
    }
}

/// A time of numpy in a unit that Arrow has not: its dtype, and its count.
fn ticks(value: Value<'_>) -> Option<(String, i64)> {
    let scalar: Scalar<'_> = value.extract().ok()?;
    match scalar.cell()? {
        numpy::Cell::Datetime(count, _) | numpy::Cell::Timedelta(count, _) => {
            Some((format!("numpy.{}", scalar.dtype()), count))
        }
        _ => None,
    }
}

/// A duration in seconds, exactly.
fn duration(delta: TimeDelta, out: &mut String) {
    let seconds = i128::from(delta.days) * 86_400 + i128::from(delta.seconds);
    seconds_of(seconds * 1_000_000_000 + i128::from(delta.microseconds) * 1000, out);
}

/// A duration of so many nanoseconds, in seconds.
pub(super) fn seconds_of(nanos: i128, out: &mut String) {
    open("datetime.timedelta", out);
    let (sign, magnitude) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    let (whole, fraction) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    let fraction = format!("{fraction:09}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    _ = write!(out, ", \"seconds\": {sign}{whole}{point}{fraction}}}");
}
