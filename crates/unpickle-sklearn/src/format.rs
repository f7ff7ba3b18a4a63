//! Floats as Python prints them.

/// `repr(float)`: the shortest digits that lead back.
pub(crate) fn float(value: f64) -> String {
    match special(value) {
        Some(text) => text.to_owned(),
        None => {
            let text = format!("{value:e}");
            let (digits, exponent) = parts(&text);
            if (-4..16).contains(&exponent) { format!("{value:?}") } else { scientific(digits, exponent) }
        }
    }
}

/// `format(float, '.3g')`
pub(crate) fn three_digits(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let text = format!("{value:.2e}");
    let (digits, exponent) = parts(&text);
    let places = usize::try_from(2 - exponent).ok().filter(|_| exponent >= -4);
    match places {
        Some(places) => without_zeros(&format!("{value:.places$}")).to_owned(),
        None => scientific(without_zeros(digits), exponent),
    }
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("nan"),
        f64::INFINITY => Some("inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}

/// Digits and exponent of `1.5e-7`.
fn parts(text: &str) -> (&str, i32) {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (digits, exponent.parse().unwrap_or(0))
}

fn scientific(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_pythons() {
        let python = [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (316.227, "316"),
            (999.6, "1e+03"),
            (123456.0, "1.23e+05"),
            (0.00012345, "0.000123"),
            (0.0000999951, "0.0001"),
            (1e-5, "1e-05"),
            (1.125, "1.12"),
            (1.375, "1.38"),
            (1e100, "1e+100"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ];
        for (value, text) in python {
            assert_eq!(three_digits(value), text);
        }
    }

    #[test]
    fn floats_are_pythons() {
        for (value, text) in
            [(1.0, "1.0"), (1e-5, "1e-05"), (0.0001, "0.0001"), (1e16, "1e+16"), (0.1, "0.1")]
        {
            assert_eq!(float(value), text);
        }
    }
}
