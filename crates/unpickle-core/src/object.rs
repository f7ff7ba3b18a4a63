//! `Object`: what a call would make, as data.

use crate::class::{Class, Known};
use crate::dict::Dict;
use crate::graph::{Extra, Record, Shape};
use crate::seq::Seq;
use crate::table::Part;
use crate::value::Value;
use crate::word::Word;

/// What a call in the pickle would make: the callable, its arguments, what BUILD set, what was appended and set.
/// Nothing was called.
///
/// ```
/// // pickle.dumps(Point(1, 2)) for a class with x and y, protocol 2
/// let bytes = b"\x80\x02cgeometry\nPoint\n)\x81}(X\x01\0\0\0xK\x01X\x01\0\0\0yK\x02ub.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// let point = pickle.root().as_object().unwrap();
/// assert!(point.class().unwrap().is("geometry", "Point"));
/// assert_eq!(pickle.root().attr("y")?.as_i64(), Some(2));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Object<'p> {
    value: Value<'p>,
    body: Body<'p>,
}

/// Where it is kept.
#[derive(Clone, Copy)]
enum Body<'p> {
    Record(&'p Record),
    Part(Part<'p>),
}

/// By which opcode an [`Object`] is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Make {
    /// REDUCE: `callable(*args)`
    Reduce,
    /// NEWOBJ: `cls.__new__(cls, *args)`
    NewObj,
    /// NEWOBJ_EX: `cls.__new__(cls, *args, **kwargs)`
    NewObjEx,
    /// OBJ: `cls(*args)`, Python 2
    Obj,
    /// INST: `cls(*args)`, Python 2, protocol 0
    Inst,
}

/// A call, by name. For what `copyreg._reconstructor` makes (protocols 0 and 1), as protocol 2 would write it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'p> {
    /// The module of the callable, or of the class being made.
    pub module: &'p str,
    /// Its qualified name.
    pub name: &'p str,
    /// With `getattr(Class, 'method')(…)`: the method.
    pub method: Option<&'p str>,
    /// The arguments; for a class being made, those of `__new__` without the class.
    pub args: Seq<'p>,
    /// The object itself.
    pub object: Object<'p>,
}

impl<'p> Object<'p> {
    pub(crate) fn new(value: Value<'p>, record: &'p Record) -> Object<'p> {
        Object { value, body: Body::Record(record) }
    }

    pub(crate) fn of_part(value: Value<'p>, part: Part<'p>) -> Object<'p> {
        Object { value, body: Body::Part(part) }
    }

    /// Of a value that is one of a call, a global, a persistent id, an extension: whatever may have states.
    pub(crate) fn of(value: Value<'p>) -> Option<Object<'p>> {
        match (value.record(), value.part()) {
            (Some(record), _) => Some(Object::new(value, record)),
            (_, Some(part)) => Some(Object::of_part(value, part)),
            _ => None,
        }
    }

    fn shape(self) -> Shape {
        match self.body {
            Body::Record(record) => record.shape(),
            Body::Part(part) => part.shape(),
        }
    }

    /// What few objects have, none of those in rows.
    fn extra(self) -> Option<&'p Extra> {
        match self.body {
            Body::Record(record) => self.value.graph().extra(record),
            Body::Part(_) => None,
        }
    }

    /// The value that it is.
    pub fn value(self) -> Value<'p> {
        self.value
    }

    /// By which opcode it is made.
    pub fn make(self) -> Make {
        match self.shape() {
            Shape::NewObj => Make::NewObj,
            Shape::NewObjEx => Make::NewObjEx,
            Shape::Obj => Make::Obj,
            Shape::Inst => Make::Inst,
            _ => Make::Reduce,
        }
    }

    fn slot(self, i: usize) -> Option<Value<'p>> {
        let word = match self.body {
            Body::Record(record) => self.value.graph().slot(record, i),
            // Then comes the state.
            Body::Part(part) => part.slot(i).filter(|_| i < 2),
        };
        word.map(|word| self.value.with(word))
    }

    /// What is called: a global as a rule, but it may be an object itself. Of a persistent id, it is what that stands for,
    /// if that is known ([`Value::loaded`]).
    pub fn callable(self) -> Value<'p> {
        let callable = self.slot(0).unwrap_or(self.value);
        callable.loaded().unwrap_or(callable)
    }

    /// What is called, as the pickle has it.
    pub(crate) fn raw_callable(self) -> Value<'p> {
        self.slot(0).unwrap_or(self.value)
    }

    /// The arguments, a tuple.
    pub fn args(self) -> Value<'p> {
        self.slot(1).unwrap_or(self.value)
    }

    fn arg_seq(self) -> Seq<'p> {
        self.slot(1).and_then(Value::as_tuple).unwrap_or_else(|| self.value.no_items())
    }

    /// Argument `i`, from 0.
    pub fn arg(self, i: usize) -> Option<Value<'p>> {
        self.arg_seq().get(i)
    }

    /// The keyword arguments, a dict.
    pub fn kwargs(self) -> Option<Value<'p>> {
        let word = self.extra()?.kwargs?;
        Some(self.value.with(word))
    }

    /// The class: of `copyreg._reconstructor(cls, …)` the class given, else the callable if it is a global.
    pub fn class(self) -> Option<Class<'p>> {
        let callable = self.callable();
        if self.reconstructs()
            && let Some(class) = self.arg(0).and_then(Value::as_class)
        {
            return Some(class);
        }
        callable.as_class()
    }

    fn reconstructs(self) -> bool {
        self.shape() == Shape::Reduce && self.callable().known() == Known::Reconstructor
    }

    /// The call, by name; `None` if the callable is neither a global nor an attribute of one.
    pub fn call(self) -> Option<Call<'p>> {
        let callable = self.callable();
        let args = self.arg_seq();
        if self.reconstructs()
            && let Some(class) = args.get(0).and_then(Value::as_class)
        {
            // (cls, base, value): the value counts where the base is not `object`.
            let plain = args.get(1).is_none_or(|base| base.known() == Known::Object);
            let args = if plain { self.value.no_items() } else { args.tail(2) };
            return Some(Call {
                module: class.module(),
                name: class.name(),
                method: None,
                args,
                object: self,
            });
        }
        if let Some(class) = callable.as_class() {
            return Some(Call {
                module: class.module(),
                name: class.name(),
                method: None,
                args,
                object: self,
            });
        }
        if let Some(name) = builtin_type(callable) {
            return Some(Call { module: "builtins", name, method: None, args, object: self });
        }
        let getattr = callable.as_object().filter(|object| object.callable().known() == Known::GetAttr)?;
        let class = getattr.arg(0)?.as_class()?;
        let method = Some(getattr.arg(1)?.as_str()?);
        Some(Call { module: class.module(), name: class.name(), method, args, object: self })
    }

    /// What the last BUILD set.
    pub fn state(self) -> Option<Value<'p>> {
        self.states().next_back()
    }

    /// What each BUILD set, in order.
    pub fn states(self) -> impl DoubleEndedIterator<Item = Value<'p>> + use<'p> {
        let (states, part): (&'p [Word], _) = match self.body {
            Body::Record(record) => (self.value.graph().states(record), None),
            Body::Part(part) => (&[], part.slot(2)),
        };
        // That of a call that spells a plain value is what it spells.
        let skip = usize::from(self.value.record().is_some_and(Record::is_folded));
        states.iter().skip(skip).copied().chain(part).map(move |word| self.value.with(word))
    }

    /// State `i`, from 0.
    pub(crate) fn nth_state(self, i: usize) -> Option<Value<'p>> {
        let word = match self.body {
            Body::Record(record) => {
                let skip = usize::from(record.is_folded());
                self.value.graph().states(record).get(skip.checked_add(i)?).copied()
            }
            Body::Part(part) => part.slot(2).filter(|_| i == 0),
        };
        word.map(|word| self.value.with(word))
    }

    /// Call `i` of [`calls`](Object::calls), from 0.
    pub(crate) fn nth_call(self, i: usize) -> Option<Value<'p>> {
        self.extra()?.calls.get(i).map(|&word| self.value.with(word))
    }

    /// Calls that were made to set a state, of a function, the object and the state: `__reduce__` of six parts, as cloudpickle has
    /// it for functions and classes. In order.
    pub fn calls(self) -> impl Iterator<Item = Value<'p>> + use<'p> {
        let calls = self.extra().map_or(&[][..], |extra| &extra.calls);
        calls.iter().map(move |&word| self.value.with(word))
    }

    /// What was appended or added.
    pub fn items(self) -> Option<Seq<'p>> {
        let graph = self.value.graph();
        let record = graph.record(self.extra()?.items?)?;
        Some(self.value.seq(record))
    }

    /// What was set by key.
    pub fn pairs(self) -> Option<Dict<'p>> {
        let graph = self.value.graph();
        let index = self.extra()?.pairs?;
        let record = graph.record(index)?;
        Some(Dict::new(self.value.with(Word::record(index)), record))
    }

    /// The pairs that an `OrderedDict` is made of where Python 2 wrote it: `OrderedDict([[key, value], …])`. Each is a
    /// list or tuple of two, if the pickle is sound.
    ///
    /// ```
    /// // Python 2's pickle.dumps(OrderedDict(a=1), 2)
    /// let bytes = b"\x80\x02ccollections\nOrderedDict\n](](U\x01aK\x01ee\x85R.";
    /// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
    /// assert_eq!(pickle.root().as_object().and_then(|object| object.given_pairs()).map(|pairs| pairs.len()), Some(1));
    /// assert_eq!(pickle.root().item("a")?.as_i64(), Some(1));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn given_pairs(self) -> Option<Seq<'p>> {
        self.class().filter(|class| class.is("collections", "OrderedDict"))?;
        self.arg(0)?.as_list()
    }

    /// An attribute that a BUILD set: in a dict, in `(dict, slots)`, or in `(dict,)`.
    pub fn attr(self, name: &str) -> Option<Value<'p>> {
        self.attr_dicts().rev().find_map(|dict| dict.get(name))
    }

    /// All attributes that a BUILD set by name, with the names as the pickle has them.
    pub fn attrs(self) -> impl Iterator<Item = (Value<'p>, Value<'p>)> + use<'p> {
        self.attr_dicts().flat_map(Dict::iter)
    }

    /// The dicts in which BUILD set attributes, in order: `__dict__`, and that of `__slots__`.
    pub fn attr_dicts(self) -> impl DoubleEndedIterator<Item = Dict<'p>> + use<'p> {
        self.states().flat_map(|state| {
            let parts = state.as_tuple().filter(|parts| parts.len() <= 2);
            let part = move |i| parts.and_then(|parts| parts.get(i)).and_then(Value::as_dict);
            [state.as_dict(), part(0), part(1)].into_iter().flatten()
        })
    }
}

/// The name of a built-in type that dill or cloudpickle looked up by it: `dill._dill._load_type('slice')`,
/// `cloudpickle.cloudpickle._builtin_type('dict')`.
fn builtin_type<'p>(callable: Value<'p>) -> Option<&'p str> {
    const TYPES: [&str; 15] = [
        "bool",
        "bytearray",
        "bytes",
        "complex",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "object",
        "range",
        "set",
        "slice",
        "str",
        "tuple",
    ];
    let object = callable.as_object()?;
    let class = object.callable().as_class()?;
    let looks_up = matches!(
        (class.module(), class.name()),
        ("dill._dill" | "dill.dill", "_load_type") | ("cloudpickle.cloudpickle", "_builtin_type")
    );
    let name = object.arg(0)?.as_str().filter(|_| looks_up)?;
    TYPES.contains(&name).then_some(name)
}

impl std::fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.value.repr(), f)
    }
}
