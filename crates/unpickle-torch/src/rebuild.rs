//! From the call that makes a tensor to the [`Tensor`].

use std::borrow::Cow;

use unpickle_core::{Class, Error, Result, Seq, Value};
use unpickle_numpy::NdArray;

use crate::dtype::TorchDtype;
use crate::form::Form;
use crate::layout::Layout;
use crate::nested::NestedValues;
use crate::sparse::SparseValues;
use crate::storage::{Storage, word};
use crate::tensor::{Content, Strided, Tensor};

/// Most axes: numpy's bound, which is torch's.
pub(crate) const MAX_AXES: usize = 64;
/// How many parameters, subclasses and devices may be wrapped around a tensor. torch itself makes two or three.
const MAX_WRAPPERS: usize = 16;

/// What is wrapped around the tensor proper.
#[derive(Default)]
struct Wrapping<'p> {
    parameter: bool,
    requires_grad: Option<bool>,
    class: Option<Class<'p>>,
    own: Option<Value<'p>>,
    dtype: Option<TorchDtype>,
    device: Option<Cow<'p, str>>,
}

/// What a call makes, once what is wrapped around it is off.
struct Made<'p> {
    dtype: TorchDtype,
    shape: Vec<usize>,
    device: Cow<'p, str>,
    requires_grad: bool,
    content: Content<'p>,
}

/// The tensor that `value` is.
pub(crate) fn tensor(value: Value<'_>) -> Result<Tensor<'_>> {
    read(value, true)
}

/// The same, if it is a plain one: a part of a tensor of several.
pub(crate) fn dense(value: Value<'_>) -> Result<Tensor<'_>> {
    read(value, false)
}

fn read<'p>(origin: Value<'p>, parts: bool) -> Result<Tensor<'p>> {
    let mut value = origin;
    let mut wrapping = Wrapping::default();
    for _ in 0..MAX_WRAPPERS {
        // Of the oldest format: tensors have persistent ids.
        value = value.loaded().unwrap_or(value);
        let expected = || Error::data(value, "a torch tensor");
        let call = value.call().filter(|call| call.method.is_none()).ok_or_else(expected)?;
        let mut form = Form::of(call.module, call.name).ok_or_else(expected)?;
        let mut args = Args { value, args: call.args };
        if form == Form::FromType {
            let func = args.get(0)?;
            let inner = func.as_class().and_then(|func| Form::of(func.module(), func.name()));
            form = inner
                .filter(|&form| form != Form::FromType)
                .ok_or_else(|| Error::data(func, "a function that makes a torch tensor"))?;
            wrapping.class = wrapping.class.or(args.get(1)?.as_class());
            wrapping.own = wrapping.own.or_else(|| args.args.get(3));
            let inner = args.get(2)?;
            let inner = inner.as_tuple().ok_or_else(|| Error::data(inner, "a tuple of arguments"))?;
            args = Args { value, args: inner };
        }
        match form {
            Form::Parameter => {
                wrapping.parameter = true;
                wrapping.requires_grad = wrapping.requires_grad.or(args.flag(1));
                wrapping.own = wrapping.own.or_else(|| args.args.get(3));
                value = args.get(0)?;
            }
            Form::Device => {
                wrapping.dtype = TorchDtype::of_value(args.get(1)?);
                wrapping.device = Some(device(args.get(2)?)?);
                wrapping.requires_grad = wrapping.requires_grad.or(args.flag(3));
                value = args.get(0)?;
            }
            Form::Variable => {
                let name = call.name;
                wrapping.parameter |= name == "Parameter";
                value = variable(value, &args, &mut wrapping)?;
            }
            // `torch.Tensor(tensor)` is the tensor.
            Form::Class(_) if args.args.get(0).is_some_and(crate::form::is_tensor) => value = args.get(0)?,
            Form::Uninitialised => {
                let message = "a torch parameter that is not initialised: it has no shape yet";
                return Err(Error::invalid(value, message));
            }
            _ => return wrapping.around(origin, make(form, &args, parts)?),
        }
    }
    Err(Error::invalid(origin, format!("a torch tensor wrapped more than {MAX_WRAPPERS} times")))
}

impl<'p> Wrapping<'p> {
    fn around(self, origin: Value<'p>, made: Made<'p>) -> Result<Tensor<'p>> {
        if let Some(dtype) = self.dtype.filter(|&dtype| dtype != made.dtype) {
            let what = format!("a torch tensor of {} that is to become one of {dtype}", made.dtype);
            return Err(Error::unsupported(origin, what));
        }
        let plain = |class: &Class<'_>| {
            !matches!(class.name(), "Tensor" | "Parameter") || !class.module().starts_with("torch")
        };
        let parameter =
            self.parameter || self.class.is_some_and(|class| class.is("torch.nn.parameter", "Parameter"));
        Ok(Tensor {
            origin,
            dtype: made.dtype,
            shape: made.shape,
            device: self.device.unwrap_or(made.device),
            requires_grad: self.requires_grad.unwrap_or(made.requires_grad),
            parameter,
            class: self.class.filter(plain),
            own: self.own.filter(|own| !own.is_none()),
            content: made.content,
        })
    }
}

/// The arguments of a call, and the value that it is.
struct Args<'p> {
    value: Value<'p>,
    args: Seq<'p>,
}

impl<'p> Args<'p> {
    fn get(&self, i: usize) -> Result<Value<'p>> {
        self.args.get(i).ok_or_else(|| {
            let message = format!("a torch tensor made of {} arguments, which are too few", self.args.len());
            Error::invalid(self.value, message)
        })
    }

    fn flag(&self, i: usize) -> Option<bool> {
        let flag = self.args.get(i)?;
        flag.as_bool().or_else(|| flag.as_i64().map(|flag| flag != 0))
    }

    fn dtype(&self, i: usize) -> Result<TorchDtype> {
        let value = self.get(i)?;
        TorchDtype::of_value(value).ok_or_else(|| Error::data(value, "a dtype of torch"))
    }
}

fn make<'p>(form: Form, args: &Args<'p>, parts: bool) -> Result<Made<'p>> {
    match form {
        Form::Strided => strided(args, None, None, args.flag(4), args.args.get(6)),
        Form::StridedDtype => strided(args, Some(args.dtype(6)?), None, args.flag(4), args.args.get(7)),
        Form::Quantised => strided(args, None, Some(args.get(4)?), args.flag(5), None),
        Form::Class(dtype) => old_class(args, dtype),
        Form::Meta => absent(args.dtype(0)?, args.get(1)?, "meta".into(), args.flag(3)),
        Form::Hollow => absent(args.dtype(1)?, args.get(2)?, device(args.get(6)?)?, args.flag(7)),
        Form::Numpy => numpy(args),
        Form::Sparse if parts => {
            let sparse = SparseValues::read(Layout::of_value(args.get(0)?)?, args.get(1)?)?;
            let values = dense(sparse.values)?;
            let shape = shape(sparse.size)?;
            let Tensor { dtype, device, requires_grad, .. } = values;
            Ok(Made { dtype, shape, device, requires_grad, content: Content::Sparse(sparse) })
        }
        Form::Nested | Form::Jagged if parts => {
            let nested = if form == Form::Nested {
                NestedValues::strided([args.get(0)?, args.get(1)?, args.get(2)?, args.get(3)?])
            } else {
                NestedValues::jagged(args.get(0)?)?
            };
            let Tensor { dtype, device, mut requires_grad, .. } = dense(nested.values)?;
            if let Some(own) = nested.requires_grad() {
                requires_grad = own;
            }
            Ok(Made { dtype, shape: Vec::new(), device, requires_grad, content: Content::Nested(nested) })
        }
        _ => Err(Error::data(args.value, "a plain torch tensor")),
    }
}

/// (storage, offset, size, stride, …)
fn strided<'p>(
    args: &Args<'p>,
    dtype: Option<TorchDtype>,
    quantizer: Option<Value<'p>>,
    requires_grad: Option<bool>,
    metadata: Option<Value<'p>>,
) -> Result<Made<'p>> {
    let storage = Storage::read(args.get(0)?)?;
    // What has no type of its own counts bytes.
    let dtype = dtype.or(storage.dtype()).unwrap_or(TorchDtype::UInt8);
    let offset = args.get(1)?;
    let offset = offset.as_usize().ok_or_else(|| {
        Error::invalid(offset, format!("a torch tensor that starts at element {offset} of its storage"))
    })?;
    let (shape, strides) = (shape(args.get(2)?)?, sizes(args.get(3)?, "a stride")?);
    if strides.len() != shape.len() {
        let message = format!("a torch tensor of {} axes with {} strides", shape.len(), strides.len());
        return Err(Error::invalid(args.value, message));
    }
    if quantizer.is_some() != dtype.is_quantised() {
        return Err(Error::invalid(args.value, format!("a torch tensor of {dtype}, which is not made so")));
    }
    let device = storage.device();
    let requires_grad = requires_grad.unwrap_or(false);
    if storage.is_meta() {
        return Ok(Made { dtype, shape, device, requires_grad, content: Content::Absent });
    }
    reach(args.value, dtype, &shape, &strides, offset, storage.nbytes())?;
    let flag = |name: &str| {
        metadata.and_then(|metadata| metadata.get(name)).and_then(Value::as_bool).unwrap_or(false)
    };
    let (conj, neg) = (flag("conj"), flag("neg"));
    let content = Content::Strided(Strided { storage, offset, strides, conj, neg, quantizer });
    Ok(Made { dtype, shape, device, requires_grad, content })
}

/// Whether the last element is within the storage.
fn reach(
    value: Value<'_>,
    dtype: TorchDtype,
    shape: &[usize],
    strides: &[usize],
    offset: usize,
    nbytes: usize,
) -> Result<()> {
    if shape.contains(&0) {
        return Ok(());
    }
    let last = shape
        .iter()
        .zip(strides)
        .try_fold(offset, |last, (&len, &stride)| last.checked_add(len.checked_sub(1)?.checked_mul(stride)?));
    let end = last.and_then(|last| match dtype.packed() {
        Some(packed) => last.checked_div(packed)?.checked_add(1),
        None => last.checked_add(1)?.checked_mul(dtype.itemsize()),
    });
    if end.is_some_and(|end| end <= nbytes) {
        return Ok(());
    }
    let message = format!(
        "the torch tensor of {dtype}, shape {shape:?} and strides {strides:?} from element {offset} on reaches beyond the \
         {nbytes} bytes of its storage"
    );
    Err(Error::invalid(value, message))
}

fn absent<'p>(
    dtype: TorchDtype,
    size: Value<'p>,
    device: Cow<'p, str>,
    requires_grad: Option<bool>,
) -> Result<Made<'p>> {
    let requires_grad = requires_grad.unwrap_or(false);
    Ok(Made { dtype, shape: shape(size)?, device, requires_grad, content: Content::Absent })
}

/// (array, dtype, device, requires_grad): what devices without storages pickle.
fn numpy<'p>(args: &Args<'p>) -> Result<Made<'p>> {
    let array: NdArray<'p> = args.get(0)?.extract()?;
    let dtype = args.dtype(1)?;
    if !dtype.is_numpy(array.dtype().kind()) {
        let what = format!("a torch tensor of {dtype} that was pickled as numpy's {}", array.dtype());
        return Err(Error::unsupported(args.value, what));
    }
    let (shape, device) = (array.shape().to_vec(), device(args.get(2)?)?);
    let requires_grad = args.flag(3).unwrap_or(false);
    Ok(Made { dtype, shape, device, requires_grad, content: Content::Numpy(array) })
}

/// A class such as `torch.FloatTensor`, made empty, and then given (storage, offset, size, stride).
fn old_class<'p>(args: &Args<'p>, dtype: Option<TorchDtype>) -> Result<Made<'p>> {
    let state = args.value.as_object().and_then(|object| object.state());
    let Some(state) = state else {
        let dtype = dtype.unwrap_or(TorchDtype::Float32);
        let content = Content::Absent;
        return Ok(Made { dtype, shape: vec![0], device: "cpu".into(), requires_grad: false, content });
    };
    let parts = state.as_tuple().filter(|parts| parts.len() == 4);
    let parts = parts.ok_or_else(|| Error::data(state, "the state of a torch tensor (a tuple of 4)"))?;
    strided(&Args { value: args.value, args: parts }, None, None, None, None)
}

/// The data of a `Variable` or `Parameter` of before 0.4, called with it, or with it in a state of five: (data, grad,
/// hooks, requires_grad, volatile).
fn variable<'p>(value: Value<'p>, args: &Args<'p>, wrapping: &mut Wrapping<'p>) -> Result<Value<'p>> {
    let parts = value.as_object().and_then(|object| object.state()).and_then(Value::as_tuple);
    let flag = |i: usize| parts.and_then(|parts| parts.get(i)).and_then(Value::as_bool);
    if let Some(parts) = parts.filter(|parts| parts.len() == 5)
        && let Some(data) = parts.get(0)
    {
        wrapping.requires_grad = wrapping.requires_grad.or(flag(3));
        return Ok(data);
    }
    // The state of three is (requires_grad, volatile, hooks).
    wrapping.requires_grad = wrapping.requires_grad.or(flag(0)).or(args.flag(1));
    args.get(0)
}

/// `'cuda:0'`, or `torch.device('cuda', 0)`.
pub(crate) fn device(value: Value<'_>) -> Result<Cow<'_, str>> {
    if let Some(text) = word(value) {
        return Ok(text);
    }
    let args = value.call().filter(|call| (call.module, call.name) == ("torch", "device"));
    let args = args.map(|call| call.args);
    let kind = args.and_then(|args| args.get(0)).and_then(word);
    let kind = kind.ok_or_else(|| Error::data(value, "a device of torch"))?;
    Ok(match args.and_then(|args| args.get(1)).and_then(Value::as_int) {
        Some(index) => format!("{kind}:{index}").into(),
        None => kind,
    })
}

/// A shape whose product is no more than memory could hold as bytes.
pub(crate) fn shape(value: Value<'_>) -> Result<Vec<usize>> {
    let shape = sizes(value, "a size")?;
    let product = shape.iter().try_fold(1_usize, |product, &len| product.checked_mul(len.max(1)));
    match product.and_then(|product| isize::try_from(product).ok()) {
        Some(_) => Ok(shape),
        None => Err(Error::invalid(value, format!("a torch tensor of shape {shape:?}, larger than memory"))),
    }
}

/// A tuple of numbers, or `torch.Size` of one.
fn sizes(value: Value<'_>, what: &str) -> Result<Vec<usize>> {
    let inner = value.call().filter(|call| (call.module, call.name) == ("torch", "Size"));
    let inner = inner.and_then(|call| call.args.get(0)).unwrap_or(value);
    let items = inner.as_tuple().or_else(|| inner.as_list());
    let items = items.ok_or_else(|| Error::data(inner, "the sizes of a torch tensor (a tuple)"))?;
    if items.len() > MAX_AXES {
        let message = format!("a torch tensor of {} axes; there can be {MAX_AXES}", items.len());
        return Err(Error::invalid(inner, message));
    }
    let number = |item: Value<'_>| {
        item.as_usize().ok_or_else(|| Error::invalid(item, format!("a torch tensor with {what} of {item}")))
    };
    items.iter().map(number).collect()
}
