//! [`Predictor`]: one tree of histogram gradient boosting.
//!
//! ```text
//! NEWOBJ sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor
//!   BUILD {'nodes': structured array, 'binned_left_cat_bitsets': uint32 (n, 8), 'raw_left_cat_bitsets': uint32 (n, 8)}
//! ```
//!
//! The fields are those of `PREDICTOR_RECORD_DTYPE` in `_hist_gradient_boosting/common.pyx`. Three layouts are in use: 47
//! bytes up to 0.23 (`threshold`, no categories), 52 up to 1.2 (`num_threshold`, `is_categorical`, `bitset_idx`), 56
//! from 1.3 on (`feature_idx` is wider). Each field is read by its name and dtype.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::number::integers;

/// A tree of `HistGradientBoostingClassifier` or `HistGradientBoostingRegressor`, an item of its `_predictors`, which
/// are a list for each iteration of one tree for each class.
///
/// ```
/// use unpickle_sklearn::{Predictor, at};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/histogram-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let first: Predictor = at(pickle.root(), "['kinds']._predictors[0][0]")?.extract()?;
/// let values = first.column("value")?; // an array, where it lies in the pickle
/// assert_eq!((values.dtype().to_string(), values.len()), ("float64".into(), first.node_count()));
/// assert_eq!(first.left_categories(0)?.as_deref(), Some(&[1][..]));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Predictor<'p> {
    origin: Value<'p>,
    nodes: NdArray<'p>,
    bitsets: Option<NdArray<'p>>,
}

impl<'p> Predictor<'p> {
    /// The nodes as they are pickled, a structured array; node 0 is the root.
    pub fn nodes(&self) -> &NdArray<'p> {
        &self.nodes
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// A column of the nodes, as it lies in the pickle: `value`, `count`, `feature_idx`, `num_threshold`,
    /// `missing_go_to_left`, `left`, `right`, `gain`, `depth`, `is_leaf`, `bin_threshold`, `is_categorical`, `bitset_idx`.
    /// What was called `threshold` up to 0.23 is found as `num_threshold` too.
    ///
    /// # Errors
    ///
    /// This layout has no such column: those of categories came with scikit-learn 0.24.
    pub fn column(&self, name: &str) -> Result<NdArray<'p>> {
        let known = |name: &str| self.nodes.dtype().field(name).is_some();
        match name {
            "num_threshold" if !known(name) && known("threshold") => self.nodes.field("threshold"),
            _ => self.nodes.field(name),
        }
    }

    /// The left child of each node; meaningless for leaves.
    pub fn left(&self) -> Result<Vec<i64>> {
        integers(&self.column("left")?)
    }

    /// The right child of each node; meaningless for leaves.
    pub fn right(&self) -> Result<Vec<i64>> {
        integers(&self.column("right")?)
    }

    /// Whether each node is a leaf.
    pub fn is_leaf(&self) -> Result<Vec<bool>> {
        Ok(integers(&self.column("is_leaf")?)?.into_iter().map(|leaf| leaf != 0).collect())
    }

    /// The categories, as encoded in the data, that go to the left at a node; `None` where it compares numbers.
    ///
    /// # Errors
    ///
    /// There is no such node, or its bitset is missing.
    pub fn left_categories(&self, node: usize) -> Result<Option<Vec<u8>>> {
        let nodes = self.nodes.slice(node..node.saturating_add(1))?;
        if nodes.dtype().field("is_categorical").is_none()
            || integers(&nodes.field("is_categorical")?)? != [1]
        {
            return Ok(None);
        }
        let row = integers(&nodes.field("bitset_idx")?)?.first().and_then(|&row| usize::try_from(row).ok());
        let missing = || Error::invalid(self.origin, format!("no bitset of categories for node {node}"));
        let bitset = self.bitsets.as_ref().zip(row).ok_or_else(missing)?;
        let words = integers(&bitset.0.row(bitset.1)?)?;
        let has = |category: u8| {
            words.get(usize::from(category / 32)).is_some_and(|word| (word >> (category % 32)) & 1 == 1)
        };
        Ok(Some((0..=u8::MAX).filter(|&category| has(category)).collect()))
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }
}

impl<'p> FromPickle<'p> for Predictor<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Predictor<'p>> {
        read(value).map_err(|error| error.within("predictor of histogram gradient boosting"))
    }
}

fn read(value: Value<'_>) -> Result<Predictor<'_>> {
    let expected = || Error::data(value, "a TreePredictor of scikit-learn");
    let object = value.as_object().ok_or_else(expected)?;
    let nodes = object.attr("nodes").ok_or_else(expected)?.extract::<NdArray<'_>>()?;
    if nodes.ndim() != 1 {
        return Err(Error::invalid(nodes.origin(), format!("nodes of {} dimensions, not one", nodes.ndim())));
    }
    let bitsets =
        object.attr("raw_left_cat_bitsets").map(|bitsets| bitsets.extract::<NdArray<'_>>()).transpose()?;
    let predictor = Predictor { origin: value, nodes, bitsets };
    let children = predictor.left()?.into_iter().zip(predictor.right()?).zip(predictor.is_leaf()?);
    for (children, is_leaf) in children {
        for child in [children.0, children.1] {
            if !is_leaf && usize::try_from(child).map_or(true, |child| child >= predictor.node_count()) {
                let message = format!("a child {child} in a tree of {} nodes", predictor.node_count());
                return Err(Error::invalid(predictor.nodes.origin(), message));
            }
        }
    }
    Ok(predictor)
}
