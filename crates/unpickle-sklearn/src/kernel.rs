//! [`Kernel`]: the kernels of Gaussian processes.

use std::borrow::Cow;

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::{NdArray, Scalar};

use crate::class::{ClassName, with_attributes};
use crate::format::{float, three_digits};
use crate::number::{cell_float, float as number};

/// A kernel of a Gaussian process: one with numbers, or a sum, product or power of others.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_sklearn::Kernel;
///
/// // pickle.dumps(RBF(0.5) + WhiteKernel(1e-5), 2), shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02csklearn.gaussian_process.kernels\nSum\n)\x81}(X\x02\0\0\0k1csklearn.gaussian_process.kernels\nRBF\n)\
///     \x81}X\x0c\0\0\0length_scaleG?\xe0\0\0\0\0\0\0sbX\x02\0\0\0k2csklearn.gaussian_process.kernels\nWhiteKernel\n)\x81}\
///     X\x0b\0\0\0noise_levelG>\xe4\xf8\xb5\x88\xe3h\xf1sbub.",
/// )?;
/// let kernel: Kernel = pickle.root().extract()?;
/// assert_eq!(kernel.to_text()?, "RBF(length_scale=0.5) + WhiteKernel(noise_level=1e-05)");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Kernel<'p> {
    origin: Value<'p>,
    class: &'p str,
}

/// What is still to be written.
enum Todo<'p> {
    Kernel(Value<'p>),
    Text(Cow<'static, str>),
}

/// Most kernels in one text. Real ones have five; a sum may hold the same kernel twice, and so double with each level.
const MAX_KERNELS: usize = 1_000;
/// Most length scales that are written.
const MAX_SCALES: usize = 10_000;

impl<'p> Kernel<'p> {
    /// Its class: `RBF`, `Sum` …
    pub fn class(&self) -> &'p str {
        self.class
    }

    /// Its parameters by name, those of the constructor: numbers, bounds and other kernels.
    pub fn params(&self) -> impl Iterator<Item = (&'p str, Value<'p>)> + use<'p> {
        let object = self.origin.as_object();
        let attrs = object.into_iter().flat_map(|object| object.attrs());
        attrs.filter_map(|(name, value)| Some((name.as_str()?, value)))
    }

    /// The text that scikit-learn prints: numbers of three digits, sums and products between their kernels without
    /// parentheses. Kernels that are not scikit-learn's are written by their class alone.
    ///
    /// # Errors
    ///
    /// A parameter is missing, or there are too many kernels in it, perhaps itself.
    pub fn to_text(&self) -> Result<String> {
        let mut out = String::new();
        let mut todo = vec![Todo::Kernel(self.origin)];
        let mut kernels = 0;
        while let Some(next) = todo.pop() {
            match next {
                Todo::Text(text) => out.push_str(&text),
                Todo::Kernel(value) => {
                    kernels += 1;
                    if kernels > MAX_KERNELS {
                        return Err(Error::limit(format!("a kernel of more than {MAX_KERNELS} kernels")));
                    }
                    write(value.extract::<Kernel<'p>>()?, &mut out, &mut todo)?;
                }
            }
        }
        Ok(out)
    }
}

impl<'p> FromPickle<'p> for Kernel<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Kernel<'p>> {
        let class = ClassName::of(value).filter(|_| with_attributes(value).is_some());
        let class = class.ok_or_else(|| Error::data(value, "a kernel of a Gaussian process"))?;
        Ok(Kernel { origin: value, class: class.name })
    }
}

/// Writes one kernel, as its `__repr__` in `sklearn/gaussian_process/kernels.py`; the last to do is done first.
fn write<'p>(kernel: Kernel<'p>, out: &mut String, todo: &mut Vec<Todo<'p>>) -> Result<()> {
    let value = kernel.origin;
    let short = |name: &str| -> Result<String> {
        let param = value.attr(name)?;
        let number = number(param).ok_or_else(|| Error::data(param, format!("a number for `{name}`")))?;
        Ok(three_digits(number))
    };
    let mut between = |first: &str, text: &'static str, second: Todo<'p>| -> Result<()> {
        todo.extend([second, Todo::Text(text.into()), Todo::Kernel(value.attr(first)?)]);
        Ok(())
    };
    let class = kernel.class;
    let text = match class {
        "Sum" => return between("k1", " + ", Todo::Kernel(value.attr("k2")?)),
        "Product" => return between("k1", " * ", Todo::Kernel(value.attr("k2")?)),
        "Exponentiation" => {
            let exponent = Todo::Text(plain(value.attr("exponent")?).into());
            return between("kernel", " ** ", exponent);
        }
        "CompoundKernel" => {
            let kernels = value.attr("kernels")?;
            let kernels = kernels.as_seq().ok_or_else(|| Error::data(kernels, "a list of kernels"))?;
            if kernels.len() > MAX_KERNELS {
                return Err(Error::limit(format!("a kernel of more than {MAX_KERNELS} kernels")));
            }
            out.push_str("CompoundKernel(");
            todo.push(Todo::Text(")".into()));
            let kernels: Vec<Value<'p>> = kernels.iter().collect();
            for (i, kernel) in kernels.into_iter().enumerate().rev() {
                todo.push(Todo::Kernel(kernel));
                if i > 0 {
                    todo.push(Todo::Text(", ".into()));
                }
            }
            return Ok(());
        }
        "ConstantKernel" => {
            let param = value.attr("constant_value")?;
            let number = number(param).ok_or_else(|| Error::data(param, "a number for `constant_value`"))?;
            format!("{}**2", three_digits(number.sqrt()))
        }
        "WhiteKernel" => format!("{class}(noise_level={})", short("noise_level")?),
        "RBF" => format!("{class}(length_scale={})", length_scale(value)?),
        "Matern" => format!("{class}(length_scale={}, nu={})", length_scale(value)?, short("nu")?),
        "RationalQuadratic" => {
            format!("{class}(alpha={}, length_scale={})", short("alpha")?, short("length_scale")?)
        }
        "ExpSineSquared" => {
            format!("{class}(length_scale={}, periodicity={})", short("length_scale")?, short("periodicity")?)
        }
        "DotProduct" => format!("{class}(sigma_0={})", short("sigma_0")?),
        "PairwiseKernel" => {
            format!("{class}(gamma={}, metric={})", plain(value.attr("gamma")?), plain(value.attr("metric")?))
        }
        class => format!("{class}(…)"),
    };
    out.push_str(&text);
    Ok(())
}

/// One length scale, or a list of them in brackets: kernels with one for each feature are called anisotropic.
fn length_scale(kernel: Value<'_>) -> Result<String> {
    let param = kernel.attr("length_scale")?;
    let wrong = || Error::data(param, "a number or numbers for `length_scale`");
    if let Some(one) = number(param) {
        return Ok(three_digits(one));
    }
    let all: Vec<f64> = match param.as_seq() {
        Some(items) => items.iter().take(MAX_SCALES).map(number).collect::<Option<_>>().ok_or_else(wrong)?,
        None => {
            let array = param.extract::<NdArray<'_>>()?;
            let cells = (0..array.len().min(MAX_SCALES)).map(|i| array.cell(i).as_ref().and_then(cell_float));
            cells.collect::<Option<_>>().ok_or_else(wrong)?
        }
    };
    match &*all {
        [one] => Ok(three_digits(*one)),
        all => {
            Ok(format!("[{}]", all.iter().map(|&scale| three_digits(scale)).collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Python's `str()` of a number or text.
fn plain(value: Value<'_>) -> String {
    if let Some(text) = value.as_text() {
        return text.into_owned();
    }
    let scalar =
        value.call().and_then(|_| value.extract::<Scalar<'_>>().ok()).and_then(|scalar| scalar.cell());
    match scalar.as_ref().and_then(cell_float) {
        Some(number) => float(number),
        None => value.repr().to_string(),
    }
}
