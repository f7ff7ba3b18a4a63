//! Globals: classes and functions, by name.

use std::io::Write;

use super::Protocol;
use super::encoder::{Encoder, Memo};
use crate::error::Result;
use crate::names;
use crate::op::Opcode;

impl<W: Write> Encoder<W> {
    /// A global: a class or function, by the names that Python 3 has for it. It is looked up when the pickle is loaded; it is written once.
    ///
    /// Below protocol 4, where a name may have no dots, `Outer.Inner` is `getattr(Outer, 'Inner')`.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V2)?;
    /// encoder.global("builtins", "range")?;
    /// assert_eq!(encoder.finish()?, b"\x80\x02c__builtin__\nxrange\nq\0.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn global(&mut self, module: &str, name: &str) -> Result<Memo> {
        self.enter()?;
        let memo = self.put_global(module, name)?;
        self.leave()?;
        Ok(memo)
    }

    /// A global by names that are written as they are, whatever the protocol.
    pub fn raw_global(&mut self, module: &str, name: &str) -> Result<Memo> {
        self.enter()?;
        self.out.boundary()?;
        let memo = self.put_raw_global(module, name)?;
        self.leave()?;
        Ok(memo)
    }

    /// A global between what is done for each value.
    pub(super) fn put_global(&mut self, module: &str, name: &str) -> Result<Memo> {
        self.out.boundary()?;
        if self.protocol < Protocol::V4
            && let Some((outer, inner)) = name.rsplit_once('.')
        {
            return self.put_attribute(module, outer, inner);
        }
        let (module, name) = match self.is_python2() {
            true => names::python2(module, name),
            false => (module, name),
        };
        self.put_raw_global(module, name)
    }

    fn put_raw_global(&mut self, module: &str, name: &str) -> Result<Memo> {
        if let Some(memo) = self.shared.global(module, name) {
            self.write_get(memo)?;
            return Ok(memo);
        }
        if self.protocol >= Protocol::V4 || module.contains('\n') || name.contains('\n') {
            self.put_name(module)?;
            self.put_name(name)?;
            self.out.op(Opcode::StackGlobal);
        } else {
            let bytes = self.out.bytes();
            bytes.push(Opcode::Global as u8);
            for line in [module, name] {
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
            }
        }
        let memo = self.remember()?;
        if self.options.memo {
            self.shared.add_global(module, name, memo);
        }
        Ok(memo)
    }

    /// A module or name.
    fn put_name(&mut self, name: &str) -> Result<()> {
        self.out.boundary()?;
        if let Some(&memo) = self.shared.names.get(name) {
            return self.write_get(memo);
        }
        let memo = self.put_str(name.as_bytes())?;
        if self.options.memo {
            self.shared.names.insert(name.into(), memo);
        }
        Ok(())
    }

    /// `getattr` of a global, for as many dots as there are: from the first name on, each call is begun before what it is of.
    fn put_attribute(&mut self, module: &str, outer: &str, inner: &str) -> Result<Memo> {
        let path = format!("{outer}.{inner}");
        if let Some(memo) = self.shared.global(module, &path) {
            self.write_get(memo)?;
            return Ok(memo);
        }
        let mut parts = outer.split('.');
        let first = parts.next().unwrap_or_default();
        let names: Vec<&str> = parts.chain([inner]).collect();
        for _ in &names {
            self.put_global("builtins", "getattr")?;
            self.write_mark_of_args();
        }
        let (first_module, first) = match self.is_python2() {
            true => names::python2(module, first),
            false => (module, first),
        };
        let mut memo = self.put_raw_global(first_module, first)?;
        for name in names {
            self.put_str(name.as_bytes())?;
            self.write_args(Opcode::Tuple2)?;
            self.out.op(Opcode::Reduce);
            memo = self.remember()?;
        }
        if self.options.memo {
            self.shared.add_global(module, &path, memo);
        }
        Ok(memo)
    }
}
