//! Where a value is inside a blob: `path.to[0].field`.

use unpickle::{Category, Error, Result, Value};

/// The steps of a path. It is read once for a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The key of a dict, or the attribute of an object.
    Name(String),
    /// The item of a sequence, from the end if negative; or the key of a dict.
    Index(i64),
}

impl Path {
    /// Names are parted by dots, numbers and quoted names stand in brackets: `a.b[0]['any text']`. Nothing leads to the whole.
    pub(super) fn parse(text: &str) -> Result<Path> {
        let wrong = || {
            let message = format!("expected a path such as `path.to[0]['field']`, found `{text}`");
            Error::message(Category::Data, message)
        };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let quote = inside.chars().next().filter(|first| matches!(first, '\'' | '"'));
                let (step, after) = match quote {
                    Some(quote) => {
                        let (name, after) =
                            inside.get(1..).and_then(|inside| inside.split_once(quote)).ok_or_else(wrong)?;
                        (Step::Name(name.to_owned()), after.strip_prefix(']').ok_or_else(wrong)?)
                    }
                    None => {
                        let (number, after) = inside.split_once(']').ok_or_else(wrong)?;
                        (Step::Index(number.trim().parse().map_err(|_| wrong())?), after)
                    }
                };
                steps.push(step);
                rest = after;
            } else {
                let after_dot =
                    if steps.is_empty() { rest } else { rest.strip_prefix('.').ok_or_else(wrong)? };
                let end = after_dot.find(['.', '[']).unwrap_or(after_dot.len());
                let (name, after) = after_dot.split_at(end);
                if name.is_empty() || name.contains(']') {
                    return Err(wrong());
                }
                steps.push(Step::Name(name.to_owned()));
                rest = after;
            }
        }
        Ok(Path(steps))
    }

    /// What it leads to from `value`, if it leads anywhere.
    pub(super) fn follow<'p>(&self, value: Value<'p>) -> Option<Value<'p>> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Name(name) => value.get(name.as_str()).or_else(|| value.attr(name).ok()),
            Step::Index(index) => match value.as_seq() {
                Some(items) if *index < 0 => {
                    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                    items.get(items.len().checked_sub(from_end)?)
                }
                Some(items) => items.get(usize::try_from(*index).ok()?),
                None => value.get(*index),
            },
        })
    }
}
