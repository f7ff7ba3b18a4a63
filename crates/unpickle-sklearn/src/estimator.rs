//! [`Estimator`]: a fitted model, its parameters and what it learned.

use std::borrow::Cow;

use unpickle_core::{Error, FromPickle, Object, Result, Value};

use crate::at::follow;
use crate::class::{ClassName, raw_class, with_attributes};
use crate::item::Item;
use crate::parse::Step;
use crate::vocabulary::Vocabulary;

/// An estimator of scikit-learn, or any object that keeps its attributes in a dict, as those of other libraries do.
///
/// Python's convention tells its attributes apart: those that end in an underscore were learned by `fit`, those that
/// start with one are private, all others are parameters.
///
/// ```
/// use unpickle_core::Pickle;
/// use unpickle_sklearn::Estimator;
///
/// // pickle.dumps(LinearRegression(), 2) by scikit-learn 0.20, shortened
/// let pickle = Pickle::parse(
///     b"\x80\x02csklearn.linear_model.base\nLinearRegression\n)\x81}(X\x0d\0\0\0fit_intercept\x88X\x0a\0\0\0intercept_G\
///     @\x45\0\0\0\0\0\0X\x10\0\0\0_sklearn_versionX\x06\0\0\x000.20.4ub.",
/// )?;
/// let model: Estimator = pickle.root().extract()?;
/// assert_eq!(model.class(), "LinearRegression");
/// assert_eq!(model.module(), "sklearn.linear_model._base"); // as today; `raw_module` is as pickled
/// assert_eq!(model.sklearn_version().as_deref(), Some("0.20.4"));
/// assert_eq!(model.params().map(|(name, _)| name).collect::<Vec<_>>(), ["fit_intercept"]);
/// assert_eq!(model.attr("intercept_")?.extract::<f64>()?, 42.0);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Estimator<'p> {
    object: Object<'p>,
    class: ClassName<'p>,
    raw_module: &'p str,
}

impl<'p> Estimator<'p> {
    /// The name of its class, as today's scikit-learn has it.
    pub fn class(&self) -> &'p str {
        self.class.name
    }

    /// The module of its class, in today's spelling: version 0.22 renamed most of them.
    pub fn module(&self) -> &'p str {
        self.class.module
    }

    /// The module of its class, as pickled.
    pub fn raw_module(&self) -> &'p str {
        self.raw_module
    }

    /// The version of scikit-learn that pickled it; `None` before 0.18, and for the classes of other libraries.
    pub fn sklearn_version(&self) -> Option<Cow<'p, str>> {
        self.object.attr("_sklearn_version")?.as_text()
    }

    /// The parameters of its constructor, in order: attributes without an underscore at either end.
    pub fn params(&self) -> impl Iterator<Item = (Cow<'p, str>, Value<'p>)> + use<'p> {
        // `BaseEnsemble` keeps the names of its trees' parameters under a name that looks like one of its own.
        self.attrs()
            .filter(|(name, _)| !name.starts_with('_') && !name.ends_with('_') && name != "estimator_params")
    }

    /// What `fit` learned, in order: attributes that end in an underscore and do not start with one.
    pub fn fitted(&self) -> impl Iterator<Item = (Cow<'p, str>, Value<'p>)> + use<'p> {
        self.attrs().filter(|(name, _)| !name.starts_with('_') && name.ends_with('_'))
    }

    /// Private state, in order: attributes that start with an underscore. Some models keep what they learned there,
    /// such as `_fit_X` of neighbours and `_predictors` of histogram gradient boosting.
    pub fn private(&self) -> impl Iterator<Item = (Cow<'p, str>, Value<'p>)> + use<'p> {
        self.attrs().filter(|(name, _)| name.starts_with('_') && name != "_sklearn_version")
    }

    /// All attributes, in order.
    pub fn attrs(&self) -> impl Iterator<Item = (Cow<'p, str>, Value<'p>)> + use<'p> {
        self.object.attrs().filter_map(|(name, value)| Some((name.as_text()?, value)))
    }

    /// An attribute, Python's properties too: `named_steps`, `n_support_`, `idf_` …
    ///
    /// # Errors
    ///
    /// There is none of this name, or scikit-learn computes it; the message tells names that are near.
    pub fn attr(&self, name: &str) -> Result<Item<'p>> {
        follow(Item::Value(self.object.value()), vec![Step::Attr(name.to_owned())])
    }

    /// What `path` leads to from here; see [`at`](crate::at()).
    ///
    /// # Errors
    ///
    /// The path is not Python's, or leads nowhere.
    pub fn at(&self, path: &str) -> Result<Item<'p>> {
        crate::at(self.object.value(), path)
    }

    /// The terms of a text vectorizer, its `vocabulary_`.
    ///
    /// # Errors
    ///
    /// It has none.
    pub fn vocabulary(&self) -> Result<Vocabulary<'p>> {
        self.attr("vocabulary_")?.extract()
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.object.value()
    }
}

/// Whether a value is an estimator: an object that says which scikit-learn pickled it, or that has attributes which
/// end in an underscore and a public class – so did scikit-learn before 0.18, and so do libraries built on it.
///
/// ```
/// use unpickle_core::Pickle;
///
/// let pickle = Pickle::parse(b"\x80\x02cshop\nModel\n)\x81}X\x05\0\0\0coef_K\x03sb.")?;
/// assert!(unpickle_sklearn::is_estimator(pickle.root()));
/// let pickle = Pickle::parse(b"\x80\x02cshop\nItem\n)\x81}X\x05\0\0\0priceK\x03sb.")?;
/// assert!(!unpickle_sklearn::is_estimator(pickle.root()));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn is_estimator(value: Value<'_>) -> bool {
    let Some(object) = with_attributes(value) else { return false };
    if object.attr("_sklearn_version").is_some() {
        return true;
    }
    let public = raw_class(value).is_some_and(|(_, name)| !name.starts_with('_'));
    let learned = |name: &str| name.ends_with('_') && !name.starts_with('_');
    public && object.attrs().any(|(name, _)| name.as_text().is_some_and(|name| learned(&name)))
}

impl<'p> FromPickle<'p> for Estimator<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Estimator<'p>> {
        let object = with_attributes(value);
        let named = object.zip(ClassName::of(value)).zip(raw_class(value));
        match named {
            Some(((object, class), (raw_module, _))) => Ok(Estimator { object, class, raw_module }),
            None => Err(Error::data(value, "an estimator, an object with attributes")),
        }
    }
}
