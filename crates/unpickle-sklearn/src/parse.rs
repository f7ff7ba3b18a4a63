//! Paths as Python spells them: `steps[1][1].coef_`, `estimators_[0, 0]`, `vocabulary_['word']`.

use unpickle_core::{Category, Error, Result};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// `.name`
    Attr(String),
    /// `[3]`, `['word']`, `[0, 1]`, `[:, 2]`
    Index(Vec<Key>),
}

/// What stands between brackets, between commas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    Int(i64),
    Text(String),
    /// `start:stop`, either of which may be absent.
    Slice(Option<i64>, Option<i64>),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Attr(name) => write!(f, ".{name}"),
            Step::Index(keys) => {
                f.write_str("[")?;
                for (i, key) in keys.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    write!(f, "{key}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = |bound: &Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
        match self {
            Key::Int(int) => write!(f, "{int}"),
            Key::Text(text) => write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Key::Slice(start, stop) => write!(f, "{}:{}", bound(start), bound(stop)),
        }
    }
}

/// The steps of a path. The first name stands without a dot; an empty path has no steps.
pub(crate) fn steps(path: &str) -> Result<Vec<Step>> {
    let mut rest = Rest { path, at: 0 };
    let mut steps = Vec::new();
    rest.spaces();
    while let Some(next) = rest.peek() {
        match next {
            '[' => steps.push(Step::Index(rest.subscript()?)),
            '.' => {
                rest.next();
                rest.spaces();
                steps.push(Step::Attr(rest.name()?));
            }
            '(' => {
                return Err(
                    rest.wrong("nothing is called here, so a path has no `(`; attributes and items are read")
                );
            }
            _ if steps.is_empty() => steps.push(Step::Attr(rest.name()?)),
            _ => return Err(rest.wrong("expected `.name` or `[`")),
        }
        rest.spaces();
    }
    Ok(steps)
}

/// What is left to read.
struct Rest<'a> {
    path: &'a str,
    at: usize,
}

impl Rest<'_> {
    fn left(&self) -> &str {
        self.path.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.left().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes `wanted`, if it comes next.
    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    #[cold]
    fn wrong(&self, message: &str) -> Error {
        let (path, place) = (self.path, self.path.get(..self.at).unwrap_or_default().chars().count());
        Error::message(Category::Data, format!("path `{path}`, character {}: {message}", place + 1))
    }

    fn name(&mut self) -> Result<String> {
        let end = self.left().find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.left().len());
        let name = self.left().get(..end).unwrap_or_default().to_owned();
        if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) {
            return Err(
                self.wrong("expected a name, as Python's; other keys stand in brackets, `['like this']`")
            );
        }
        self.at += end;
        Ok(name)
    }

    fn subscript(&mut self) -> Result<Vec<Key>> {
        self.next();
        let mut keys = Vec::new();
        loop {
            self.spaces();
            if self.take(']') && !keys.is_empty() {
                return Ok(keys);
            }
            keys.push(self.key()?);
            self.spaces();
            if !self.take(',') && self.peek() != Some(']') {
                return Err(self.wrong("expected `,` or `]`"));
            }
        }
    }

    fn key(&mut self) -> Result<Key> {
        if let Some(quote @ ('\'' | '"')) = self.peek() {
            self.next();
            return self.text(quote).map(Key::Text);
        }
        let start = self.int()?;
        self.spaces();
        if self.take(':') {
            self.spaces();
            let stop = self.int()?;
            self.spaces();
            if self.peek() == Some(':') {
                return Err(self.wrong("slices with a step are not read; leave it out"));
            }
            return Ok(Key::Slice(start, stop));
        }
        start.map(Key::Int).ok_or_else(|| self.wrong("expected a number or a text in quotes"))
    }

    fn int(&mut self) -> Result<Option<i64>> {
        let sign = usize::from(matches!(self.peek(), Some('-' | '+')));
        let digits = self.left().chars().skip(sign).take_while(char::is_ascii_digit).count();
        if digits == 0 {
            return if sign == 0 { Ok(None) } else { Err(self.wrong("expected digits after the sign")) };
        }
        let text = self.left().get(..sign + digits).unwrap_or_default();
        let int = text.parse().map_err(|_| self.wrong("the number is too large for an index"))?;
        self.at += sign + digits;
        Ok(Some(int))
    }

    fn text(&mut self, quote: char) -> Result<String> {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                _ if next == quote => return Ok(text),
                '\\' => text.push(match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(plain @ ('\\' | '\'' | '"')) => plain,
                    _ => {
                        return Err(
                            self.wrong("only \\\\, \\', \\\", \\n, \\t and \\r are read after a backslash")
                        );
                    }
                }),
                _ => text.push(next),
            }
        }
        Err(self.wrong("the text has no closing quote"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(path: &str) -> String {
        let steps = steps(path).unwrap();
        steps.iter().map(Step::to_string).collect()
    }

    #[track_caller]
    fn fails(path: &str, message: &str) {
        assert_eq!(steps(path).unwrap_err().to_string(), format!("path `{path}`, {message}"));
    }

    #[test]
    fn what_python_reads_is_read() {
        assert_eq!(read("named_steps.scale.mean_"), ".named_steps.scale.mean_");
        assert_eq!(read("named_steps['scale'].mean_"), ".named_steps['scale'].mean_");
        assert_eq!(read("steps[1][-1].coef_"), ".steps[1][-1].coef_");
        assert_eq!(read("[0]"), "[0]");
        assert_eq!(read(" estimators_ [ 0 , 0 ] . tree_"), ".estimators_[0, 0].tree_");
        assert_eq!(read("coef_[:, 1:][0, ]"), ".coef_[:, 1:][0]");
        assert_eq!(read("vocabulary_[\"it's\"]"), ".vocabulary_['it\\'s']");
        assert_eq!(read("größe_"), ".größe_");
        assert_eq!(read(""), "");
        assert_eq!(steps("a['\\n\\\\']").unwrap()[1], Step::Index(vec![Key::Text("\n\\".into())]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        fails(
            "a..b",
            "character 3: expected a name, as Python's; other keys stand in brackets, `['like this']`",
        );
        fails("a[0", "character 4: expected `,` or `]`");
        fails("a[]", "character 4: expected a number or a text in quotes");
        fails("a[b]", "character 3: expected a number or a text in quotes");
        fails("a['b]", "character 6: the text has no closing quote");
        fails("a[0]b", "character 5: expected `.name` or `[`");
        fails("a[-]", "character 3: expected digits after the sign");
        fails("a[99999999999999999999]", "character 3: the number is too large for an index");
        fails("a[::2]", "character 4: slices with a step are not read; leave it out");
        fails(
            "a.get_params()",
            "character 13: nothing is called here, so a path has no `(`; attributes and items are read",
        );
    }
}
