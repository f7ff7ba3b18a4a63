//! Names that were perhaps meant.

/// Most names that are compared: a vocabulary has a million.
const MAX_NAMES: usize = 10_000;
/// Most names that are told.
const MAX_TOLD: usize = 6;
/// Longer names are not compared: the work grows with the square.
const MAX_LENGTH: usize = 64;

/// "; did you mean `mean_`?" or "; there are `a`, `b`, …": the end of a message about a name that is not there.
pub(crate) fn hint(wanted: &str, names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.take(MAX_NAMES).collect();
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .filter_map(|name| Some((distance(wanted, name)?, name)))
        .filter(|&(distance, _)| distance <= 1 + wanted.chars().count() / 4)
        .collect();
    near.sort();
    match near.as_slice() {
        [(_, name), ..] => format!("; did you mean `{name}`?"),
        [] if names.is_empty() => String::new(),
        [] => {
            let told: Vec<String> =
                names.iter().take(MAX_TOLD).map(|name| format!("`{}`", shorten(name))).collect();
            let more = if names.len() > MAX_TOLD { ", …" } else { "" };
            format!("; there are {}{more}", told.join(", "))
        }
    }
}

fn shorten(name: &str) -> String {
    match name.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// How many letters must be put in, left out or replaced (Levenshtein), not counting underscores at the ends, which is
/// what is forgotten most.
fn distance(a: &str, b: &str) -> Option<usize> {
    let ends = |name: &str| name.trim_matches('_').chars().collect::<Vec<char>>();
    let (a, b) = (ends(a), ends(b));
    if a.is_empty() || b.is_empty() || a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = i;
        let mut before = i + 1;
        for (right, cost) in b.iter().zip(row.iter_mut().skip(1)) {
            let change = corner + usize::from(left != right);
            corner = *cost;
            *cost = change.min(before + 1).min(*cost + 1);
            before = *cost;
        }
    }
    row.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wanted: &str, names: &[&str]) -> String {
        hint(wanted, names.iter().map(|&name| name.to_owned()))
    }

    #[test]
    fn the_nearest_name_is_told_else_what_there_is() {
        assert_eq!(told("mean", &["scale_", "mean_"]), "; did you mean `mean_`?");
        assert_eq!(told("coeff_", &["coef_", "intercept_"]), "; did you mean `coef_`?");
        assert_eq!(told("tree_", &["mean_", "var_"]), "; there are `mean_`, `var_`");
        assert_eq!(told("x", &[]), "");
        assert!(told("zzzzzzzz", &["a", "b", "c", "d", "e", "f", "g"]).ends_with("`f`, …"));
    }

    #[test]
    fn the_distance_is_levenshteins() {
        assert_eq!(distance("kitten", "sitting"), Some(3));
        assert_eq!(distance("_coef", "coef_"), Some(0));
        assert_eq!(distance("", "a"), None);
    }
}
