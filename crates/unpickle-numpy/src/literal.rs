//! Python literals, as the header of a `.npy` file is one: `{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }`.
//!
//! What `repr` makes of `str`, `int`, `bool`, `None`, tuples, lists and dicts is understood; Python 2's `3L` and `u'x'`
//! too. numpy reads a header by `ast.literal_eval` (`numpy/lib/format.py`), which takes no more than that from one.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    None,
    Bool(bool),
    Int(i64),
    Str(String),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
}

/// What is wrong with a text, and at which of its bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) at: usize,
    pub(crate) what: String,
}

/// How deep values may stand in each other; a dtype takes three levels for each structure in a structure.
const MAX_DEPTH: u32 = 100;

impl Literal {
    /// The value that all of `text` is, but for blanks around it.
    pub(crate) fn parse(text: &str) -> Result<Literal, Trouble> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(0)?;
        parser.blanks();
        match parser.rest().is_empty() {
            true => Ok(value),
            false => Err(parser.expected("nothing more")),
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Literal::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub(crate) fn as_seq(&self) -> Option<&[Literal]> {
        match self {
            Literal::Tuple(items) | Literal::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a dict under a key; the last, if there are several, as in Python.
    pub(crate) fn get(&self, key: &str) -> Option<&Literal> {
        let Literal::Dict(entries) = self else { return None };
        entries.iter().rev().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes `token`, after blanks, if it is next.
    fn take(&mut self, token: &str) -> bool {
        self.blanks();
        let next = self.rest().starts_with(token);
        if next {
            self.at += token.len();
        }
        next
    }

    fn expected(&self, what: &str) -> Trouble {
        let found: String = self.rest().chars().take(12).collect();
        let found =
            if found.is_empty() { "its end".to_owned() } else { format!("'{}'", found.escape_debug()) };
        Trouble { at: self.at, what: format!("expected {what}, found {found}") }
    }

    /// Recurses no deeper than [`MAX_DEPTH`].
    fn value(&mut self, depth: u32) -> Result<Literal, Trouble> {
        if depth > MAX_DEPTH {
            return Err(Trouble { at: self.at, what: format!("values nested more than {MAX_DEPTH} deep") });
        }
        self.blanks();
        match self.rest().as_bytes() {
            [b'(', ..] => self.tuple(depth),
            [b'[', ..] => {
                self.at += 1;
                Ok(Literal::List(self.items("]", depth)?.0))
            }
            [b'{', ..] => self.dict(depth),
            [b'\'' | b'"', ..] => self.string().map(Literal::Str),
            [b'u' | b'b', b'\'' | b'"', ..] => {
                self.at += 1;
                self.string().map(Literal::Str)
            }
            [b'-' | b'0'..=b'9', ..] => self.int(),
            _ if self.take("None") => Ok(Literal::None),
            _ if self.take("True") => Ok(Literal::Bool(true)),
            _ if self.take("False") => Ok(Literal::Bool(false)),
            _ => Err(self.expected("a literal")),
        }
    }

    /// Values up to `end`, and whether a comma stands behind the last.
    fn items(&mut self, end: &str, depth: u32) -> Result<(Vec<Literal>, bool), Trouble> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.take(end) {
            if !items.is_empty() && !comma {
                return Err(self.expected("a comma"));
            }
            items.push(self.value(depth + 1)?);
            comma = self.take(",");
        }
        Ok((items, comma))
    }

    fn tuple(&mut self, depth: u32) -> Result<Literal, Trouble> {
        self.at += 1;
        let (mut items, comma) = self.items(")", depth)?;
        // A value in brackets is that value.
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    fn dict(&mut self, depth: u32) -> Result<Literal, Trouble> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut comma = true;
        while !self.take("}") {
            if !comma {
                return Err(self.expected("a comma"));
            }
            let key = self.value(depth + 1)?;
            if !self.take(":") {
                return Err(self.expected("a colon"));
            }
            entries.push((key, self.value(depth + 1)?));
            comma = self.take(",");
        }
        Ok(Literal::Dict(entries))
    }

    fn int(&mut self) -> Result<Literal, Trouble> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let digits = rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
        let number = rest.get(..sign + digits).and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| self.expected("an int of 64 bits"))?;
        self.at += sign + digits;
        // Python 2's long.
        if self.rest().starts_with('L') {
            self.at += 1;
        }
        Ok(Literal::Int(number))
    }

    fn string(&mut self) -> Result<String, Trouble> {
        let mut chars = self.rest().char_indices();
        let quote = chars.next().map_or('\'', |(_, quote)| quote);
        let mut text = String::new();
        while let Some((at, char)) = chars.next() {
            let escape = |length: usize| {
                let digits = self.rest().get(at + 2..at + 2 + length)?;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)
            };
            let (char, skip) = match char {
                char if char == quote => {
                    self.at += at + quote.len_utf8();
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, same @ ('\\' | '\'' | '"'))) => (Some(same), 0),
                    Some((_, 'n')) => (Some('\n'), 0),
                    Some((_, 'r')) => (Some('\r'), 0),
                    Some((_, 't')) => (Some('\t'), 0),
                    Some((_, 'x')) => (escape(2), 2),
                    Some((_, 'u')) => (escape(4), 4),
                    Some((_, 'U')) => (escape(8), 8),
                    _ => (None, 0),
                },
                char => (Some(char), 0),
            };
            let Some(char) = char else {
                return Err(Trouble { at: self.at + at, what: "an escape that is no character".to_owned() });
            };
            text.push(char);
            for _ in 0..skip {
                chars.next();
            }
        }
        Err(Trouble { at: self.at, what: "a text without its end".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Literal {
        Literal::parse(text).unwrap()
    }

    #[test]
    fn headers_of_every_python_are_read() {
        let header = parse("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4L), }          \n");
        assert_eq!(header.get("descr"), Some(&Literal::Str("<f8".to_owned())));
        assert_eq!(header.get("fortran_order"), Some(&Literal::Bool(false)));
        assert_eq!(header.get("shape"), Some(&Literal::Tuple(vec![Literal::Int(3), Literal::Int(4)])));
        assert_eq!(parse("(3,)"), Literal::Tuple(vec![Literal::Int(3)]));
        assert_eq!(parse("()"), Literal::Tuple(vec![]));
        assert_eq!(parse("(3)"), Literal::Int(3));
        assert_eq!(parse("[u'a', \"b'\", None]").as_seq().map(<[_]>::len), Some(3));
        assert_eq!(parse(r"'\xe9\u20ac\U0001f600\'\\é'"), Literal::Str("é€😀'\\é".to_owned()));
    }

    #[test]
    fn what_is_no_literal_is_said_with_its_place() {
        let trouble =
            |text: &str| Literal::parse(text).map_err(|trouble| (trouble.at, trouble.what)).unwrap_err();
        assert_eq!(trouble("{'a' 1}"), (5, "expected a colon, found '1}'".to_owned()));
        assert_eq!(trouble("(1, 2"), (5, "expected a comma, found its end".to_owned()));
        assert_eq!(trouble("(1 2)"), (3, "expected a comma, found '2)'".to_owned()));
        assert_eq!(trouble("__import__('os')").0, 0);
        assert_eq!(trouble("1 + 1").0, 2);
        assert_eq!(trouble("99999999999999999999").0, 0);
        assert_eq!(trouble("'abc").1, "a text without its end");
        assert_eq!(trouble("'\\ud800'").1, "an escape that is no character");
        assert!(trouble(&"(".repeat(100_000)).1.contains("nested more than 100 deep"));
        assert!(trouble(&"[{0:".repeat(100_000)).1.contains("nested more than 100 deep"));
        for text in ["", "-", "{", "{'a':", "'\\", "'\\x", "'\\xé'", "u", "é"] {
            assert!(Literal::parse(text).is_err(), "{text}");
        }
    }
}
