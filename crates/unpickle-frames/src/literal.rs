//! Tuples of texts as Python shows them: `('a', "it's")`.

/// The items; `None` is one that is missing. `None` in all if the text is no such tuple.
pub(crate) fn tuple(text: &str) -> Option<Vec<Option<String>>> {
    let mut rest = text.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (item, left) = match rest.strip_prefix("None") {
            Some(left) => (None, left),
            None => {
                let (item, left) = quoted(rest)?;
                (Some(item), left)
            }
        };
        items.push(item);
        rest = match left.trim_start() {
            "" => "",
            left => left.strip_prefix(',')?.trim_start(),
        };
    }
    Some(items)
}

/// A quoted text, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut item = String::new();
    let mut letters = text.get(1..)?.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((item, text.get(at + 2..)?));
        }
        if letter != '\\' {
            item.push(letter);
            continue;
        }
        let digits = match letters.next()?.1 {
            'n' => {
                item.push('\n');
                continue;
            }
            't' => {
                item.push('\t');
                continue;
            }
            'r' => {
                item.push('\r');
                continue;
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => {
                item.push(other);
                continue;
            }
        };
        let code: String = letters.by_ref().take(digits).map(|(_, digit)| digit).collect();
        item.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_of_texts_are_taken_apart() {
        let items =
            |items: &[&str]| Some(items.iter().map(|item| Some((*item).to_owned())).collect::<Vec<_>>());
        assert_eq!(tuple("('a', '1')"), items(&["a", "1"]));
        assert_eq!(tuple(r#"("it's", 'a\\b\n\xe9\u20ac')"#), items(&["it's", "a\\b\n\u{e9}\u{20ac}"]));
        assert_eq!(tuple("('a',)"), items(&["a"]));
        assert_eq!(tuple("(None, 'é')"), Some(vec![None, Some("é".to_owned())]));
        for text in ["", "a", "('a'", "('a' 'b')", "(1, 2)", "('a\\", r"('\ud800')", "('é"] {
            assert_eq!(tuple(text), None, "{text}");
        }
    }
}
