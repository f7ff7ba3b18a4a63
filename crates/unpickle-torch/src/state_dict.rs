//! [`state_dict`]: the tensors of a module, by name.

use std::collections::HashSet;

use unpickle_core::{Error, Result, Seq, Value};

use crate::form::is_tensor;
use crate::module::{contained, is_module, is_script, key_text, packed, pairs, quantised_conv};

/// How deep modules may stand in each other: torch itself goes down by recursion, which Python ends at about this.
const MAX_DEPTH: usize = 1000;
/// Modules and tensors that may be named however small the file; beyond, one for each of its bytes. A module that holds
/// another twice, that another twice, and so on, has names without end.
const ALWAYS: usize = 1 << 16;
/// Most bytes of all names.
const MAX_NAMES: usize = 1 << 28;

/// The tensors of a state dict, a pickled module or a TorchScript archive, each with the name that torch's
/// `state_dict()` gives it. A tensor that has several names is there under each.
///
/// * Of a state dict: its tensors, in order. (What else is in it, such as `_extra_state`, is left out.)
/// * Of a module: parameters, then buffers (but for those that are not persistent), then those of its children, with
///   their names in front.
///   The packed parameters of quantised modules are there by their items, as they lie in the file.
/// * Of TorchScript: attributes, by path, and those of its children. Which of them are buffers only its code says, so all
///   are there. Tensors that the code names are `CONSTANTS.c0`, `CONSTANTS.c1` … as they are called there.
///
/// ```
/// use unpickle_torch::{Tensor, state_dict};
///
/// let input = unpickle_file::Input::open("../../fixtures/torch/module.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&unpickle_file::Shared::new(input), &Default::default())?.expect("a file of torch");
/// let state = state_dict(pickle.root())?;
/// let names: Vec<&str> = state.iter().map(|(name, _)| &**name).collect();
/// assert_eq!(names[..3], ["kept", "embed.weight", "head.weight"]);
///
/// let embed: Tensor<'_> = state[1].1.extract()?;
/// let head: Tensor<'_> = state[2].1.extract()?;
/// assert_eq!(embed.identity(), head.identity()); // tied
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// It is none of these, a dict without tensors, say; modules stand in each other too deep, or more than a thousandfold.
pub fn state_dict(value: Value<'_>) -> Result<Vec<(String, Value<'_>)>> {
    let mut names =
        Names { out: Vec::new(), steps: 0, bytes: 0, most: ALWAYS.saturating_add(value.input_len()) };
    let script = value.get("data").filter(|&data| is_script(data));
    if let Some(constants) = script.and_then(|_| value.get("constants")) {
        for (i, constant) in constants.iter().enumerate().filter(|&(_, constant)| is_tensor(constant)) {
            names.add(format!("CONSTANTS.c{i}"), constant)?;
        }
    }
    let value = script.unwrap_or(value);
    if is_module(value) || is_script(value) {
        names.walk(value)?;
        return Ok(names.out);
    }
    let pairs = pairs(value).ok_or_else(|| Error::data(value, "a state dict or a module of torch"))?;
    for &(key, tensor) in pairs.iter().filter(|&&(_, value)| is_tensor(value)) {
        names.add(key_text(key), tensor)?;
    }
    if names.out.is_empty() && !pairs.is_empty() {
        return Err(no_tensors(value, &pairs));
    }
    Ok(names.out)
}

/// A checkpoint holds a state dict, and is none.
#[cold]
fn no_tensors(value: Value<'_>, inside: &[(Value<'_>, Value<'_>)]) -> Error {
    let has_tensors = |value: Value<'_>| {
        is_module(value) || pairs(value).is_some_and(|pairs| pairs.iter().any(|&(_, value)| is_tensor(value)))
    };
    let inner = inside.iter().find(|&&(_, value)| has_tensors(value));
    let hint = inner.map_or_else(String::new, |(key, _)| format!("; there are some under the key {key}"));
    let message =
        format!("expected a state dict of torch, found a dict of {} without tensors{hint}", inside.len());
    Error::invalid(value, message)
}

/// The names found so far, and what is left to do for more.
struct Names<'p> {
    out: Vec<(String, Value<'p>)>,
    steps: usize,
    bytes: usize,
    most: usize,
}

/// A module, or what is in one, whose tensors are yet to be named.
struct Open<'p> {
    path: String,
    value: Value<'p>,
    depth: usize,
}

impl<'p> Names<'p> {
    fn add(&mut self, name: String, value: Value<'p>) -> Result<()> {
        self.step(name.len())?;
        self.out.push((name, value));
        Ok(())
    }

    fn step(&mut self, bytes: usize) -> Result<()> {
        self.steps += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.steps > self.most || self.bytes > MAX_NAMES {
            let message = format!(
                "more than {} names of tensors and modules: the modules stand in each other many times over",
                self.steps
            );
            return Err(Error::limit(message));
        }
        Ok(())
    }

    fn walk(&mut self, root: Value<'p>) -> Result<()> {
        let mut open = vec![Open { path: String::new(), value: root, depth: 0 }];
        while let Some(next) = open.pop() {
            if next.depth > MAX_DEPTH {
                let message = format!("modules of torch stand in each other more than {MAX_DEPTH} deep");
                return Err(Error::limit(message));
            }
            let mut inner = Vec::new();
            if is_module(next.value) {
                self.module(&next, &mut inner)?
            } else {
                self.script(&next, &mut inner)?
            }
            open.extend(inner.into_iter().rev());
        }
        Ok(())
    }

    /// What `Module._save_to_state_dict` saves, and the children.
    fn module(&mut self, open: &Open<'p>, inner: &mut Vec<Open<'p>>) -> Result<()> {
        let Some(object) = open.value.as_object() else { return Ok(()) };
        let attr = |name: &str| object.attr(name);
        let dropped = attr("_non_persistent_buffers_set").and_then(Value::as_seq);
        let dropped: HashSet<_> =
            dropped.into_iter().flat_map(Seq::iter).filter_map(Value::as_text).collect();
        for name in &dropped {
            self.step(name.len())?;
        }
        for kind in ["_parameters", "_buffers"] {
            for (key, tensor) in attr(kind).and_then(pairs).unwrap_or_default() {
                self.step(key.len())?;
                let name = key_text(key);
                if !tensor.is_none() && (kind == "_parameters" || !dropped.contains(&*name)) {
                    self.add(join(&open.path, &name), tensor)?;
                }
            }
        }
        for (key, value) in object.attrs() {
            self.step(0)?;
            if let Some(packed) = packed(value) {
                self.child(open, &key_text(key), packed, inner)?;
            }
        }
        for (key, child) in attr("_modules").and_then(pairs).unwrap_or_default() {
            self.step(key.len())?;
            if is_module(child) || is_script(child) || quantised_conv(child).is_some() {
                self.child(open, &key_text(key), child, inner)?;
            }
        }
        Ok(())
    }

    /// The attributes of a TorchScript module, or the items of a list or dict in one.
    fn script(&mut self, open: &Open<'p>, inner: &mut Vec<Open<'p>>) -> Result<()> {
        let value = contained(open.value);
        let mut item = |names: &mut Names<'p>, name: &str, value: Value<'p>| {
            names.step(0)?;
            if is_tensor(value) {
                return names.add(join(&open.path, name), value);
            }
            let container = contained(value);
            let is_container = container.as_dict().is_some() || container.as_seq().is_some();
            if is_module(value) || is_script(value) || is_container {
                names.child(open, name, value, inner)?;
            }
            Ok(())
        };
        if let Some([weight, bias]) = quantised_conv(value) {
            item(self, "weight", weight)?;
            return item(self, "bias", bias);
        }
        let script = value.as_object().filter(|_| is_script(value));
        if let Some(object) = script.filter(|object| object.attr_dicts().next().is_some()) {
            for (key, value) in object.attrs() {
                self.step(key.len())?;
                item(self, &key_text(key), value)?;
            }
        } else if let Some(pairs) = pairs(value) {
            for (key, value) in pairs {
                self.step(key.len())?;
                item(self, &key_text(key), value)?;
            }
        } else {
            // What an object of TorchScript gives as its state, if that is no dict, is a list of its parts.
            let list = script.and_then(|object| object.state()).map_or(value, contained);
            for (i, value) in list.iter().enumerate() {
                item(self, &format!("[{i}]"), value)?;
            }
        }
        Ok(())
    }

    fn child(
        &mut self,
        open: &Open<'p>,
        name: &str,
        value: Value<'p>,
        inner: &mut Vec<Open<'p>>,
    ) -> Result<()> {
        let path = join(&open.path, name);
        self.step(path.len())?;
        inner.push(Open { path, value, depth: open.depth + 1 });
        Ok(())
    }
}

/// A path and one step more: a name behind a dot, or an index in brackets.
fn join(path: &str, step: &str) -> String {
    if path.is_empty() || step.starts_with('[') { format!("{path}{step}") } else { format!("{path}.{step}") }
}
