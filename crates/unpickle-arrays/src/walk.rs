//! The walk that finds every array inside a value.

use std::collections::{HashMap, HashSet};

use unpickle_core::{Error, Id, Object, Result, Value};
use unpickle_numpy::{Dtype, DtypeCache, MaskedArray, NdArray};

use crate::found::{Found, Other, Repeat};
use crate::inside::inside;
use crate::named::{Kind, NamedArray, Source, within};
use crate::path::{self, Step};
use crate::recognise::{Class, array_class, class};
use crate::{sparse, tensor};

/// Values that may be looked at, beside one for each byte of the input. Sharing lets a few bytes stand for any number of
/// names; no honest file comes near.
const MAX_VISITS: usize = 2_000_000;

/// Bytes of names and of what is kept beside them, beside two for each byte of the input.
const MAX_LISTED: usize = 64 << 20;

/// What one entry of a list takes, its name apart.
const ENTRY: usize = 256;

/// So many attributes are looked through again rather than remembered.
const FEW: usize = 32;

/// As many bytes of a name cost as much as one value.
const BYTES_A_VISIT: usize = 64;

pub(crate) struct Walk<'p> {
    cache: DtypeCache<'p>,
    found: Found<'p>,
    todo: Vec<Todo<'p>>,
    open: Vec<Open<'p>>,
    on_path: HashSet<Id>,
    /// What was looked through and holds no array.
    barren: HashSet<Id>,
    /// Objects that hold arrays, by the name under which those are listed.
    homes: HashMap<Id, String>,
    path: String,
    visits: usize,
    listed: usize,
}

enum Todo<'p> {
    Visit(Value<'p>, Step<'p>),
    Leave,
}

/// A container that is being looked through.
struct Open<'p> {
    value: Value<'p>,
    /// Where its path ends in [`Walk::path`].
    end: usize,
    /// How many arrays had been found before.
    before: usize,
    what: What,
}

#[derive(Clone, PartialEq)]
enum What {
    /// A list, a dict, or an object that is like one: looked through wherever it is held.
    Container,
    /// An object with attributes: looked through once.
    Instance,
    /// An array of objects, with its shape.
    Cells(Dtype, Vec<usize>),
}

impl<'p> Walk<'p> {
    pub(crate) fn new(root: Value<'p>) -> Walk<'p> {
        let bytes = root.input_len();
        Walk {
            cache: DtypeCache::new(),
            found: Found::default(),
            todo: Vec::new(),
            open: Vec::new(),
            on_path: HashSet::new(),
            barren: HashSet::new(),
            homes: HashMap::new(),
            path: String::new(),
            visits: bytes.saturating_add(MAX_VISITS),
            listed: bytes.saturating_mul(2).saturating_add(MAX_LISTED),
        }
    }

    pub(crate) fn run(mut self, root: Value<'p>) -> Result<Found<'p>> {
        if tensor::is_archive(root) {
            self.module(root)?;
            return Ok(self.found);
        }
        self.visit(root)?;
        while let Some(next) = self.todo.pop() {
            match next {
                Todo::Leave => self.leave()?,
                Todo::Visit(value, step) => {
                    let end = self.open.last().map_or(0, |open| open.end);
                    self.path.truncate(end);
                    step.push_to(&mut self.path);
                    self.pay(self.path.len().saturating_sub(end) / BYTES_A_VISIT)?;
                    self.visit(value)?;
                }
            }
        }
        Ok(self.found)
    }

    /// Looks at the value at `self.path`.
    fn visit(&mut self, value: Value<'p>) -> Result<()> {
        // A persistent id, where it is known what that stands for.
        let value = value.loaded().unwrap_or(value);
        let id = value.id();
        if self.barren.contains(&id) || self.on_path.contains(&id) {
            return Ok(());
        }
        let Some(object) = value.as_object() else { return self.enter(value, What::Container) };
        match class(value) {
            Class::Array => self.array(value),
            Class::Masked => self.masked(value),
            Class::Tensor => self.tensor(&self.path.clone(), value),
            Class::Sparse(class) => match sparse::parts(&self.path, value, class, &mut self.cache)? {
                Some(parts) => parts.into_iter().try_for_each(|part| {
                    self.charge(part.made_bytes())?;
                    self.list(part)
                }),
                None => self.other(self.path.clone(), class),
            },
            Class::Other(class) => self.other(self.path.clone(), class),
            Class::Closed => Ok(()),
            Class::Open if tensor::is_module(object) => self.module(value),
            Class::Open if is_container(object) => self.enter(value, What::Container),
            Class::Open => match self.homes.get(&id) {
                Some(first) => {
                    let repeat = Repeat { name: self.path.clone(), first: first.clone() };
                    self.charge(repeat.name.len().saturating_add(repeat.first.len()))?;
                    self.found.repeats.push(repeat);
                    Ok(())
                }
                None if only_state(value).is_some_and(|state| self.barren.contains(&state)) => Ok(()),
                None => self.enter(value, What::Instance),
            },
        }
    }

    /// Takes down all that a container holds to be looked at, the first on top.
    fn enter(&mut self, value: Value<'p>, what: What) -> Result<()> {
        self.todo.push(Todo::Leave);
        self.on_path.insert(value.id());
        let (end, before) = (self.path.len(), self.found.arrays.len());
        self.open.push(Open { value, end, before, what });
        let from = self.todo.len();
        let Walk { todo, visits, .. } = self;
        inside(value, &mut |step, item| {
            let paid = pay(visits, 1);
            if paid && holds(item) && !holds_little(item) {
                todo.push(Todo::Visit(item, step));
            }
            paid
        });
        if let Some(new) = todo.get_mut(from..) {
            new.reverse();
        }
        self.pay(1)
    }

    /// All that the innermost container holds has been looked at.
    fn leave(&mut self) -> Result<()> {
        let Some(Open { value, end, before, what }) = self.open.pop() else { return Ok(()) };
        self.on_path.remove(&value.id());
        let found_some = self.found.arrays.len() > before;
        self.path.truncate(end);
        match what {
            // Cells of any other kind: an array of objects.
            What::Cells(dtype, shape) if !found_some => {
                let kind = Kind { class: array_class(value), part: None };
                let name = self.path.clone();
                self.list(NamedArray::new(name, value, kind, dtype, &shape, Source::Array(value)))?;
            }
            What::Instance if found_some => {
                self.charge(end)?;
                self.homes.insert(value.id(), self.path.clone());
            }
            _ if !found_some => {
                self.barren.insert(value.id());
                // Another object may have the same for its state.
                self.barren.extend(only_state(value));
            }
            _ => {}
        }
        Ok(())
    }

    fn array(&mut self, value: Value<'p>) -> Result<()> {
        let (dtype, shape) = NdArray::describe(value, &mut self.cache).map_err(|error| self.at(error))?;
        if dtype.has_object() && dtype.fields().is_empty() {
            let array = NdArray::from_pickle_with(value, &mut self.cache).map_err(|error| self.at(error))?;
            let cells = array.objects();
            self.pay(array.len())?;
            if cells.iter().flat_map(|cells| cells.iter()).any(holds_more) {
                return self.enter(value, What::Cells(dtype, shape));
            }
        }
        let kind = Kind { class: array_class(value), part: None };
        self.list(NamedArray::new(self.path.clone(), value, kind, dtype, &shape, Source::Array(value)))
    }

    fn tensor(&mut self, name: &str, value: Value<'p>) -> Result<()> {
        let parts = tensor::parts(name, value).map_err(|error| within(error, "tensor", name))?;
        parts.into_iter().try_for_each(|part| self.list(part))
    }

    /// The tensors of a module of PyTorch, by the names that its `state_dict()` has for them.
    fn module(&mut self, value: Value<'p>) -> Result<()> {
        for (name, tensor) in unpickle_torch::state_dict(value).map_err(|error| self.at(error))? {
            self.pay(1)?;
            let name = self.below(&name);
            match class(tensor) {
                // A parameter that has no shape yet.
                Class::Other(class) => self.other(name, class)?,
                _ => self.tensor(&name, tensor)?,
            }
        }
        Ok(())
    }

    /// The elements, the mask under `mask`, and what hidden elements show as under `fill_value`.
    fn masked(&mut self, value: Value<'p>) -> Result<()> {
        let array = MaskedArray::from_pickle_with(value, &mut self.cache).map_err(|error| self.at(error))?;
        let part = |part| Kind { class: "masked array", part };
        let of = |array: &NdArray<'p>| (array.dtype().clone(), array.shape().to_vec());
        let (dtype, shape) = of(array.data());
        let name = self.path.clone();
        self.list(NamedArray::new(name, value, part(None), dtype, &shape, Source::Data(value)))?;
        let (dtype, shape) = of(array.mask());
        let name = self.below("mask");
        self.list(NamedArray::new(name, value, part(Some("mask")), dtype, &shape, Source::Mask(value)))?;
        let Some(fill) = array.fill_value().filter(|&fill| class(fill) == Class::Array) else {
            return Ok(());
        };
        let array = NdArray::from_pickle_with(fill, &mut self.cache).map_err(|error| self.at(error))?;
        let (dtype, shape) = of(&array);
        let (name, kind) = (self.below("fill_value"), part(Some("fill_value")));
        self.list(NamedArray::new(name, fill, kind, dtype, &shape, Source::Array(fill)))
    }

    fn below(&self, step: &str) -> String {
        let mut name = self.path.clone();
        path::push(&mut name, step);
        name
    }

    fn at(&self, error: Error) -> Error {
        within(error, "array", &self.path)
    }

    fn list(&mut self, array: NamedArray<'p>) -> Result<()> {
        self.charge(array.name().len())?;
        self.found.arrays.push(array);
        Ok(())
    }

    fn other(&mut self, name: String, class: &'p str) -> Result<()> {
        self.charge(name.len())?;
        self.found.others.push(Other { name, class });
        Ok(())
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        match self.listed.checked_sub(bytes.saturating_add(ENTRY)) {
            Some(left) => self.listed = left,
            None => return Err(too_many()),
        }
        Ok(())
    }

    fn pay(&mut self, visits: usize) -> Result<()> {
        if pay(&mut self.visits, visits) { Ok(()) } else { Err(too_many()) }
    }
}

/// The dict that is all an object is made of, if it is a longer one.
fn only_state(value: Value<'_>) -> Option<Id> {
    let object = value.as_object()?;
    let plain = object.args().as_tuple().is_some_and(|args| args.is_empty())
        && object.kwargs().is_none()
        && object.items().is_none()
        && object.pairs().is_none();
    let mut states = object.states().filter(|_| plain);
    let dict = states.next()?.as_dict()?;
    (states.next().is_none() && dict.pairs().len() > FEW).then(|| dict.value().id())
}

/// Whether there are a few values in a container and nothing in them: a row of numbers and texts is not worth
/// remembering.
fn holds_little(value: Value<'_>) -> bool {
    if let Some(items) = value.as_seq() {
        return items.len() <= FEW && !items.iter().any(holds);
    }
    value
        .as_dict()
        .is_some_and(|dict| dict.pairs().len() <= FEW && !dict.pairs().any(|(_, item)| holds(item)))
}

/// Takes `visits` off what is left; `false` if there are not so many, and none is left then.
fn pay(left: &mut usize, visits: usize) -> bool {
    let rest = left.checked_sub(visits);
    *left = rest.unwrap_or(0);
    rest.is_some()
}

#[cold]
fn too_many() -> Error {
    Error::limit(
        "more names of arrays than a file of this size can honestly hold: the same values are held in ever more \
         places; take one part of it by its path",
    )
}

/// Whether an object is like a list or a dict: it is then made of what it holds, and has no name of its own to go by.
fn is_container(object: Object<'_>) -> bool {
    object.pairs().is_some() || object.items().is_some() || object.state().is_none()
}

/// Whether there may be something in it.
fn holds(value: Value<'_>) -> bool {
    value.as_object().is_some()
        || value.as_dict().is_some()
        || value.as_seq().is_some()
        || value.loaded().is_some()
}

/// Whether a cell is more than a text, a number or a scalar of numpy.
fn holds_more(cell: Value<'_>) -> bool {
    holds(cell) && !(cell.as_object().is_some() && class(cell) == Class::Closed)
}
