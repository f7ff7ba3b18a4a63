//! Offset objects as the frequency strings that pandas prints today.
//!
//! An offset is `REDUCE X (n, normalize, …)` from pandas 1.1 on, and before `NEWOBJ X`, `BUILD {'n', 'startingMonth',
//! …}`, with some of them in a dict `kwds` up to 0.22. A few places hold a string instead, in the spelling of their
//! time (`A-DEC`, `15T`), which is brought up to date.

use unpickle_core::{Call, Dict, Error, Result, Value};

use crate::names::{get, is_pandas, text};

/// The frequency of periods as pandas prints it today, `"M"`, `"Q-DEC"`, `"2h"`: of an offset object or a string.
///
/// # Errors
/// If `value` is no frequency that periods can have.
pub fn period_freq(value: Value<'_>) -> Result<String> {
    let freq = match text(value) {
        Some(freq) => {
            let text = freq.strip_prefix("period[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(freq);
            let (n, name) = split(text);
            period_name(name).map(|name| multiple(n, &name))
        }
        None => Offset::of(value).and_then(|offset| Some(multiple(offset.n, &offset.period()?))),
    };
    freq.ok_or_else(|| Error::data(value, "a frequency of periods"))
}

/// The frequency of times, as `index.freqstr`: `"D"`, `"2ME"`, `"W-WED"`; nothing for offsets without a short name.
pub(crate) fn offset_freq(value: Value<'_>) -> Option<String> {
    match text(value) {
        Some(freq) => Some(freq.to_owned()),
        None => {
            let offset = Offset::of(value)?;
            Some(multiple(offset.n, &offset.name()?))
        }
    }
}

fn multiple(n: i64, name: &str) -> String {
    if n == 1 { name.to_owned() } else { format!("{n}{name}") }
}

/// A number and what follows it.
fn split(text: &str) -> (i64, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
    let (number, name) = text.split_at(end);
    match number.parse() {
        Ok(n) => (n, name),
        Err(_) => (1, text),
    }
}

/// A frequency string of periods in today's spelling.
fn period_name(text: &str) -> Option<String> {
    let (base, anchor) = text.split_once('-').map_or((text, None), |(base, anchor)| (base, Some(anchor)));
    let month = |base: &str| match anchor {
        None => Some(format!("{base}-DEC")),
        Some(anchor) if MONTHS.contains(&anchor) => Some(format!("{base}-{anchor}")),
        Some(_) => None,
    };
    match base {
        "A" | "Y" | "YE" | "AE" | "A-DEC" => return month("Y"),
        "Q" | "QE" => return month("Q"),
        "W" => {
            return match anchor {
                None => Some("W-SUN".to_owned()),
                Some(day) if DAYS.contains(&day) => Some(format!("W-{day}")),
                Some(_) => None,
            };
        }
        _ if anchor.is_some() => return None,
        _ => {}
    }
    let name = match base {
        "M" | "ME" => "M",
        "D" => "D",
        "B" => "B",
        "H" | "h" => "h",
        "T" | "min" => "min",
        "S" | "s" => "s",
        "L" | "ms" => "ms",
        "U" | "us" => "us",
        "N" | "ns" => "ns",
        _ => return None,
    };
    Some(name.to_owned())
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// An offset object: a class, a multiple and further fields.
struct Offset<'p> {
    class: &'p str,
    n: i64,
    call: Call<'p>,
    state: Option<Dict<'p>>,
}

impl<'p> Offset<'p> {
    fn of(value: Value<'p>) -> Option<Offset<'p>> {
        let call = value.call().filter(|call| is_pandas(call.module) && call.method.is_none())?;
        let state = call.object.state().and_then(Value::as_dict);
        let class = call.name.rsplit('.').next().unwrap_or(call.name);
        let mut offset = Offset { class, n: 1, call, state };
        offset.n = offset.field("n", 0).unwrap_or(1);
        Some(offset)
    }

    /// An integer of the offset: by name in its state, or by place among its arguments.
    fn field(&self, name: &str, place: usize) -> Option<i64> {
        let found = match self.state {
            Some(state) => get(state, name)
                .or_else(|| get(get(state, "kwds")?.as_dict()?, name))
                .or_else(|| self.call.args.get(place)),
            None => self.call.args.get(place),
        };
        found.and_then(Value::as_i64)
    }

    /// `-DEC`: the month at `place`, or pandas' default for the class.
    fn month(&self, name: &str, default: i64) -> Option<&'static str> {
        let month = self.field(name, 2).unwrap_or(default);
        MONTHS.get(usize::try_from(month.checked_sub(1)?).ok()?).copied()
    }

    fn weekday(&self, place: usize) -> Option<&'static str> {
        DAYS.get(usize::try_from(self.field("weekday", place)?).ok()?).copied()
    }

    /// The name of the frequency of periods.
    fn period(&self) -> Option<String> {
        Some(match self.class {
            "YearEnd" | "YearBegin" | "BYearEnd" => format!("Y-{}", self.month("month", 12)?),
            "QuarterEnd" | "QuarterBegin" | "BQuarterEnd" => format!("Q-{}", self.month("startingMonth", 3)?),
            "MonthEnd" | "MonthBegin" | "BusinessMonthEnd" => "M".to_owned(),
            "Week" => format!("W-{}", self.weekday(2).unwrap_or("SUN")),
            "BusinessDay" | "BDay" => "B".to_owned(),
            _ => return tick(self.class).map(str::to_owned),
        })
    }

    /// The name of the frequency of times.
    fn name(&self) -> Option<String> {
        if let Some(tick) = tick(self.class) {
            return Some(tick.to_owned());
        }
        let plain = match self.class {
            "BusinessDay" | "BDay" => "B",
            "CustomBusinessDay" | "CDay" => "C",
            "BusinessHour" => "bh",
            "CustomBusinessHour" => "cbh",
            "MonthEnd" => "ME",
            "MonthBegin" => "MS",
            "BusinessMonthEnd" | "BMonthEnd" => "BME",
            "BusinessMonthBegin" | "BMonthBegin" => "BMS",
            "CustomBusinessMonthEnd" => "CBME",
            "CustomBusinessMonthBegin" => "CBMS",
            _ => "",
        };
        if !plain.is_empty() {
            return Some(plain.to_owned());
        }
        let quarter = |base: &str| Some(format!("{base}-{}", self.month("startingMonth", 3)?));
        let year = |base: &str, default: i64| Some(format!("{base}-{}", self.month("month", default)?));
        let half = |base: &str| Some(format!("{base}-{}", self.field("day_of_month", 2).unwrap_or(15)));
        match self.class {
            "Week" => Some(self.weekday(2).map_or("W".to_owned(), |day| format!("W-{day}"))),
            "WeekOfMonth" => {
                let week = self.field("week", 2)?.checked_add(1)?;
                Some(format!("WOM-{week}{}", self.weekday(3)?))
            }
            "LastWeekOfMonth" => Some(format!("LWOM-{}", self.weekday(2)?)),
            "SemiMonthEnd" => half("SME"),
            "SemiMonthBegin" => half("SMS"),
            "QuarterEnd" => quarter("QE"),
            "QuarterBegin" => quarter("QS"),
            "BQuarterEnd" => quarter("BQE"),
            "BQuarterBegin" => quarter("BQS"),
            "YearEnd" => year("YE", 12),
            "YearBegin" => year("YS", 1),
            "BYearEnd" => year("BYE", 12),
            "BYearBegin" => year("BYS", 1),
            _ => None,
        }
    }
}

/// Offsets of a fixed length, which print alike everywhere.
fn tick(class: &str) -> Option<&'static str> {
    Some(match class {
        "Day" => "D",
        "Hour" => "h",
        "Minute" => "min",
        "Second" => "s",
        "Milli" => "ms",
        "Micro" => "us",
        "Nano" => "ns",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use unpickle_core::Pickle;

    fn of(text: &str, arguments: &[u8]) -> Vec<u8> {
        [b"cpandas._libs.tslibs.offsets\n", text.as_bytes(), b"\n(", arguments, b"tR."].concat()
    }

    #[test]
    fn old_spellings_of_periods_are_brought_up_to_date() {
        for (old, new) in
            [("A-DEC", "Y-DEC"), ("M", "M"), ("15T", "15min"), ("H", "h"), ("W", "W-SUN"), ("Q", "Q-DEC")]
        {
            let pickle = Pickle::parse(format!("Vperiod[{old}]\n.").into_bytes()).unwrap();
            assert_eq!(period_freq(pickle.root()).unwrap(), new);
        }
        let pickle = Pickle::parse(b"Vperiod[Q-XYZ]\n.".to_vec()).unwrap();
        assert!(period_freq(pickle.root()).is_err());
    }

    #[test]
    fn an_offset_prints_as_pandas_prints_it() {
        for (class, arguments, period, times) in [
            ("MonthEnd", &b"I2\nI00\n"[..], Some("2M"), "2ME"),
            ("QuarterEnd", b"I1\nI00\nI11\n", Some("Q-NOV"), "QE-NOV"),
            ("YearEnd", b"I1\nI00\nI12\n", Some("Y-DEC"), "YE-DEC"),
            ("Week", b"I1\nI00\nI2\n", Some("W-WED"), "W-WED"),
            ("Week", b"I1\nI00\nN", Some("W-SUN"), "W"),
            ("Minute", b"I15\nI00\n", Some("15min"), "15min"),
            ("CustomBusinessDay", b"I1\nI00\n", None, "C"),
        ] {
            let pickle = Pickle::parse(of(class, arguments)).unwrap();
            assert_eq!(period_freq(pickle.root()).ok().as_deref(), period, "{class}");
            assert_eq!(offset_freq(pickle.root()).as_deref(), Some(times), "{class}");
        }
    }

    #[test]
    fn an_offset_of_old_keeps_its_fields_in_kwds() {
        let pickle = Pickle::parse(
            b"\x80\x02cpandas.tseries.offsets\nQuarterEnd\n)\x81}(U\x01nK\x03U\x04kwds}U\rstartingMonthK\x0csub.".to_vec(),
        )
        .unwrap();
        assert_eq!(period_freq(pickle.root()).unwrap(), "3Q-DEC");
    }
}
