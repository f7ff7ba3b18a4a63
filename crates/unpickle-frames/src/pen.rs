//! [`Pen`]: an encoder that knows the names it wrote before, the target, and what is to be told.

use std::collections::HashMap;
use std::io::Write;

use serde_json::Value as Json;
use unpickle_core::{Encoder, Make, Memo, Result};
use unpickle_numpy::{ArrayEncoder, NumpyNames};

use crate::target::Target;

/// What everything is written with.
pub(crate) struct Pen<W> {
    pub(crate) out: Encoder<W>,
    pub(crate) arrays: ArrayEncoder,
    pub(crate) target: Target,
    globals: HashMap<(&'static str, &'static str), Memo>,
    notes: Vec<String>,
}

impl<W: Write> Pen<W> {
    pub(crate) fn new(out: Encoder<W>, target: Target) -> Pen<W> {
        // The names of numpy 1 are loaded by numpy 2, too; pandas 3 does without numpy 1.
        let names = if target == Target::Pandas3 { NumpyNames::UnderscoreCore } else { NumpyNames::Core };
        let arrays = ArrayEncoder::new(names);
        Pen { out, arrays, target, globals: HashMap::new(), notes: Vec::new() }
    }

    /// The writer, and what is to be told.
    pub(crate) fn finish(self) -> Result<(W, Vec<String>)> {
        Ok((self.out.finish()?, self.notes))
    }

    /// Tells the user something, once.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn global(&mut self, module: &'static str, name: &'static str) -> Result<()> {
        if let Some(memo) = self.globals.get(&(module, name)) {
            return self.out.get(*memo);
        }
        self.out.global(module, name)?;
        self.globals.insert((module, name), self.out.memoize()?);
        Ok(())
    }

    /// Begins a call with so many arguments, which follow; then [`end_call`](Pen::end_call).
    pub(crate) fn begin_call(&mut self, module: &'static str, name: &'static str, len: usize) -> Result<()> {
        self.out.begin_call(Make::Reduce)?;
        self.global(module, name)?;
        self.out.begin_tuple(len)?;
        Ok(())
    }

    pub(crate) fn end_call(&mut self) -> Result<()> {
        self.out.end()?;
        self.out.end()?;
        Ok(())
    }

    /// Begins an object of a class, whose state of so many attributes follows, each a name and a value; then
    /// [`end_object`](Pen::end_object).
    pub(crate) fn begin_object(
        &mut self,
        module: &'static str,
        name: &'static str,
        len: usize,
    ) -> Result<()> {
        self.out.begin_object()?;
        self.empty_object(module, name)?;
        self.out.begin_dict(len)?;
        Ok(())
    }

    pub(crate) fn end_object(&mut self) -> Result<()> {
        self.out.end()?;
        self.out.build()?;
        self.out.end()?;
        Ok(())
    }

    /// An object as its class makes it, without a state.
    pub(crate) fn empty_object(&mut self, module: &'static str, name: &'static str) -> Result<()> {
        self.out.begin_call(Make::NewObj)?;
        self.global(module, name)?;
        self.out.begin_tuple(0)?;
        self.out.end()?;
        self.out.end()?;
        Ok(())
    }

    pub(crate) fn key(&mut self, name: &str) -> Result<()> {
        self.out.str(name).map(drop)
    }

    /// A value of JSON, which is no deeper than its parser lets it be.
    pub(crate) fn json(&mut self, json: &Json) -> Result<()> {
        match json {
            Json::Null => self.out.none(),
            Json::Bool(value) => self.out.bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(int), _) => self.out.int(int),
                (None, Some(int)) => self.out.big_int(&i128::from(int).to_le_bytes()),
                _ => self.out.float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => self.key(text),
            Json::Array(items) => {
                self.out.begin_list(items.len())?;
                items.iter().try_for_each(|item| self.json(item))?;
                self.out.end().map(drop)
            }
            Json::Object(pairs) => {
                self.out.begin_dict(pairs.len())?;
                for (key, value) in pairs {
                    self.key(key)?;
                    self.json(value)?;
                }
                self.out.end().map(drop)
            }
        }
    }
}
