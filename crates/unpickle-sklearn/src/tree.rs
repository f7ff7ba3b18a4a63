//! [`Tree`]: a decision tree as columns, one row a node.
//!
//! ```text
//! REDUCE sklearn.tree._tree.Tree (n_features, array of n_classes, n_outputs)
//!   BUILD {'max_depth', 'node_count', 'nodes': structured array, 'values': float64 array}
//! ```
//!
//! The fields of `nodes` are those of `sklearn/tree/_tree.pxd`: 56 bytes up to 1.2, with `missing_go_to_left` and
//! padding 64 from 1.3 on; on machines of 32 bits the indexes are narrower. Each is read by its name and dtype.

use unpickle_core::{Error, FromPickle, Result, Value};
use unpickle_numpy::NdArray;

use crate::class::raw_class;
use crate::item::Item;
use crate::number::{integer, integers};

/// The attributes that Python shows of a tree.
pub(crate) const COLUMNS: &[&str] = &[
    "n_features",
    "n_classes",
    "n_outputs",
    "max_n_classes",
    "max_depth",
    "node_count",
    "capacity",
    "n_leaves",
    "children_left",
    "children_right",
    "feature",
    "threshold",
    "impurity",
    "n_node_samples",
    "weighted_n_node_samples",
    "missing_go_to_left",
    "value",
];

/// A fitted decision tree, `tree_` of an estimator: a binary tree in arrays, node 0 the root.
///
/// ```
/// use unpickle_sklearn::{Tree, at};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/trees-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let tree: Tree = at(pickle.root(), "['forest'].estimators_[2].tree_")?.extract()?;
/// assert_eq!((tree.n_features(), tree.node_count()), (3, 7));
/// assert_eq!(tree.feature()?, [0, 2, -2, -2, 1, -2, -2]);
/// assert_eq!(tree.children_left()?, [1, 2, -1, -1, 5, -1, -1]);
/// let leaf = tree.apply(&[0.5, 0.1, 0.9])?; // as `apply` of the estimator
/// assert_eq!((leaf, tree.value_of(leaf)?.len()), (3, 3)); // the shares of three classes
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # What `value` holds
///
/// For regression the mean of the samples at each node. For classification the weighted **count** of samples of each
/// class up to scikit-learn 1.3, and their **fraction** from 1.4 on. Divide by the sum of the row, and both are fractions.
#[derive(Clone, Debug)]
pub struct Tree<'p> {
    origin: Value<'p>,
    n_features: usize,
    n_outputs: usize,
    n_classes: Option<NdArray<'p>>,
    max_depth: Option<i64>,
    nodes: NdArray<'p>,
    values: NdArray<'p>,
    pub(crate) left: NdArray<'p>,
    pub(crate) right: NdArray<'p>,
}

impl<'p> Tree<'p> {
    /// How many features a sample has.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many targets there are.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// How many classes each target has; ones for regression.
    pub fn n_classes(&self) -> Option<&NdArray<'p>> {
        self.n_classes.as_ref()
    }

    /// The length of the longest way from the root to a leaf.
    pub fn max_depth(&self) -> Option<i64> {
        self.max_depth
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The nodes as they are pickled, a structured array.
    pub fn nodes(&self) -> &NdArray<'p> {
        &self.nodes
    }

    /// What the samples at each node say: (node, target, class), see [above](Tree#what-value-holds).
    pub fn value(&self) -> &NdArray<'p> {
        &self.values
    }

    /// A column of the nodes by the name that Python shows it under, as it lies in the pickle.
    ///
    /// # Errors
    ///
    /// This layout has no such column: `missing_go_to_left` came with scikit-learn 1.3.
    pub fn column(&self, name: &str) -> Result<NdArray<'p>> {
        let field = match name {
            "children_left" => "left_child",
            "children_right" => "right_child",
            name => name,
        };
        if field == "missing_go_to_left" && self.nodes.dtype().field(field).is_none() {
            let message =
                "this tree was fitted before scikit-learn 1.3: its nodes have no `missing_go_to_left`";
            return Err(Error::invalid(self.origin, message));
        }
        self.nodes.field(field)
    }

    /// The left child of each node, -1 for a leaf: where `sample[feature] <= threshold`.
    pub fn children_left(&self) -> Result<Vec<i64>> {
        integers(&self.left)
    }

    /// The right child of each node, -1 for a leaf.
    pub fn children_right(&self) -> Result<Vec<i64>> {
        integers(&self.right)
    }

    /// The feature that each node asks for, -2 for a leaf.
    pub fn feature(&self) -> Result<Vec<i64>> {
        integers(&self.column("feature")?)
    }

    /// What each node compares with, -2 for a leaf.
    pub fn threshold(&self) -> Result<Vec<f64>> {
        self.floats("threshold")
    }

    /// The impurity at each node.
    pub fn impurity(&self) -> Result<Vec<f64>> {
        self.floats("impurity")
    }

    /// How many samples each node was fitted on.
    pub fn n_node_samples(&self) -> Result<Vec<i64>> {
        integers(&self.column("n_node_samples")?)
    }

    /// The same, weighted.
    pub fn weighted_n_node_samples(&self) -> Result<Vec<f64>> {
        self.floats("weighted_n_node_samples")
    }

    /// Whether missing values go to the left at each node; `None` before scikit-learn 1.3.
    pub fn missing_go_to_left(&self) -> Result<Option<Vec<bool>>> {
        if self.nodes.dtype().field("missing_go_to_left").is_none() {
            return Ok(None);
        }
        let flags = integers(&self.column("missing_go_to_left")?)?;
        Ok(Some(flags.into_iter().map(|flag| flag != 0).collect()))
    }

    /// How many nodes are leaves.
    pub fn n_leaves(&self) -> Result<usize> {
        Ok(self.children_left()?.into_iter().filter(|&child| child < 0).count())
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    fn floats(&self, name: &str) -> Result<Vec<f64>> {
        let mut floats = Vec::new();
        self.column(name)?.copy_native(0..self.node_count(), &mut floats)?;
        Ok(floats)
    }

    pub(crate) fn property(&self, name: &str) -> Result<Option<Item<'p>>> {
        let int = |count: usize| Ok(Some(Item::Int(i64::try_from(count).unwrap_or(i64::MAX))));
        match name {
            "n_features" => int(self.n_features),
            "n_outputs" => int(self.n_outputs),
            "max_n_classes" => int(self.values.shape().get(2).copied().unwrap_or(0)),
            "n_classes" => Ok(self.n_classes.clone().map(Item::Array)),
            "max_depth" => Ok(self.max_depth.map(Item::Int)),
            "node_count" | "capacity" => int(self.node_count()),
            "n_leaves" => int(self.n_leaves()?),
            "value" => Ok(Some(Item::Array(self.values.clone()))),
            name => self.column(name).map(|column| Some(Item::Array(column))),
        }
    }
}

/// Whether it is scikit-learn's tree; others build on it, so any module will do.
pub(crate) fn is_tree(value: Value<'_>) -> bool {
    raw_class(value).is_some_and(|(_, name)| name.ends_with("Tree"))
        && value
            .as_object()
            .is_some_and(|object| object.attr("nodes").is_some() && object.attr("values").is_some())
}

impl<'p> FromPickle<'p> for Tree<'p> {
    fn from_pickle(value: Value<'p>) -> Result<Tree<'p>> {
        read(value).map_err(|error| error.within("scikit-learn tree"))
    }
}

fn read(value: Value<'_>) -> Result<Tree<'_>> {
    let object = value.as_object().filter(|_| is_tree(value));
    let object = object.ok_or_else(|| Error::data(value, "a scikit-learn tree"))?;
    let size = |i: usize, what: &str| {
        let size = object.arg(i).and_then(integer).and_then(|size| usize::try_from(size).ok());
        size.ok_or_else(|| Error::invalid(value, format!("no {what} among its arguments")))
    };
    let (n_features, n_outputs) = (size(0, "n_features")?, size(2, "n_outputs")?);
    let n_classes = object.arg(1).and_then(|classes| classes.extract::<NdArray<'_>>().ok());
    let nodes = value.attr("nodes")?.extract::<NdArray<'_>>().map_err(|error| error.within("nodes"))?;
    let values = value.attr("values")?.extract::<NdArray<'_>>().map_err(|error| error.within("values"))?;
    let max_depth = object.attr("max_depth").and_then(integer);
    if nodes.ndim() != 1 {
        return Err(Error::invalid(nodes.origin(), format!("nodes of {} dimensions, not one", nodes.ndim())));
    }
    let (&[rows, outputs, _], count) = (values.shape(), nodes.len()) else {
        let message = format!("values of {} dimensions, not (node, target, class)", values.ndim());
        return Err(Error::invalid(values.origin(), message));
    };
    if rows != count || outputs != n_outputs {
        let message =
            format!("values of {rows} nodes and {outputs} targets for {count} nodes and {n_outputs} targets");
        return Err(Error::invalid(values.origin(), message));
    }
    if let Some(told) = object.attr("node_count").and_then(integer)
        && usize::try_from(told) != Ok(count)
    {
        return Err(Error::invalid(value, format!("node_count is {told}, but there are {count} nodes")));
    }
    let (left, right) = (nodes.field("left_child")?, nodes.field("right_child")?);
    for child in integers(&left)?.into_iter().chain(integers(&right)?) {
        if usize::try_from(child).map_or(child != -1, |child| child >= count) {
            return Err(Error::invalid(
                nodes.origin(),
                format!("a child {child} in a tree of {count} nodes"),
            ));
        }
    }
    Ok(Tree { origin: value, n_features, n_outputs, n_classes, max_depth, nodes, values, left, right })
}
