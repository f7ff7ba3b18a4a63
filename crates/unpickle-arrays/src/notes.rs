//! What is to be said of arrays: each thing once, with the names of those it is said of.

use std::collections::HashMap;

/// Things to say, each with the names that it is said of, in the order in which they came up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    said: Vec<(String, Vec<String>)>,
    places: HashMap<String, usize>,
}

/// As many names are told; of more, how many.
const NAMES: usize = 3;
/// As many characters of a name.
const LONG: usize = 100;
/// As many things are said; of more, how many.
const THINGS: usize = 20;

impl Notes {
    pub(crate) fn add(&mut self, what: impl Into<String>, name: &str) {
        let what = what.into();
        let known = self.places.get(&what).and_then(|&place| self.said.get_mut(place));
        match known {
            Some((_, names)) => names.push(name.to_owned()),
            None => {
                self.places.insert(what.clone(), self.said.len());
                self.said.push((what, vec![name.to_owned()]));
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// How many names there are.
    pub(crate) fn count(&self) -> usize {
        self.said.iter().map(|(_, names)| names.len()).sum()
    }

    /// Each thing as `say` puts it, given the names and what is said of them.
    pub(crate) fn told(&self, say: impl Fn(&str, &str) -> String) -> Vec<String> {
        let told = self.said.iter().take(THINGS).map(|(what, of)| say(&names(of), what));
        let rest = self.said.get(THINGS..).unwrap_or_default();
        let more = rest.iter().map(|(_, names)| names.len()).sum::<usize>();
        told.chain((more > 0).then(|| format!("and {more} more"))).collect()
    }

    pub(crate) fn into_sentences(self) -> Vec<String> {
        self.told(|names, what| format!("{names}: {what}"))
    }
}

/// Some names, in words.
fn names(names: &[String]) -> String {
    let short = |name: &String| match name.char_indices().nth(LONG) {
        Some((end, _)) => format!("`{}…`", name.get(..end).unwrap_or_default()),
        None => format!("`{name}`"),
    };
    let told: Vec<String> = names.iter().take(NAMES).map(short).collect();
    match names.len().saturating_sub(told.len()) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_said_once_with_few_names() {
        let mut notes = Notes::default();
        for i in 0..5 {
            notes.add("objects", &format!("a{i}"));
        }
        notes.add("text", "b");
        assert_eq!(notes.count(), 6);
        assert_eq!(notes.into_sentences(), ["`a0`, `a1`, `a2` and 2 more: objects", "`b`: text"]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(names(&["é".repeat(200)]), format!("`{}…`", "é".repeat(100)));
    }

    #[test]
    fn few_things_are_said() {
        let mut notes = Notes::default();
        for i in 0..25 {
            notes.add(format!("dtype {i}"), "a");
        }
        let told = notes.into_sentences();
        assert_eq!((told.len(), told.last().map(String::as_str)), (21, Some("and 5 more")));
    }
}
