//! [`BinaryTree`]: the trees that find neighbours, `KDTree` and `BallTree` of scikit-learn and `cKDTree` of scipy.
//!
//! ```text
//! REDUCE sklearn.neighbors._kd_tree.newObj (KDTree,)
//!   BUILD (data, idx_array, node_data, node_bounds, leaf_size, n_levels, n_nodes, n_trims, n_leaves, n_splits,
//!          n_calls, dist_metric[, sample_weight])
//! NEWOBJ scipy.spatial._ckdtree.cKDTree
//!   BUILD (tree, data, n, m, leafsize, maxes, mins, indices, boxsize, boxsize_data)
//! ```
//!
//! The first is `BinaryTree.__getstate__` in `sklearn/neighbors/_binary_tree.pxi.tp`, the last item since 0.20; the second
//! is that of `scipy/spatial/_ckdtree.pyx`.

use unpickle_core::{Error, FromPickle, Result, Seq, Value};
use unpickle_numpy::NdArray;

use crate::class::raw_class;
use crate::item::Item;

/// The attributes that are read of such a tree.
pub(crate) const COLUMNS: &[&str] = &[
    "data",
    "idx_array",
    "node_data",
    "node_bounds",
    "sample_weight",
    "leaf_size",
    "dist_metric",
    "n",
    "m",
    "leafsize",
    "maxes",
    "mins",
    "indices",
    "boxsize",
];

/// Where the parts of a state are.
const OF_SKLEARN: &[(&str, usize)] = &[
    ("data", 0),
    ("idx_array", 1),
    ("node_data", 2),
    ("node_bounds", 3),
    ("leaf_size", 4),
    ("dist_metric", 11),
    ("sample_weight", 12),
];
const OF_SCIPY: &[(&str, usize)] = &[
    ("data", 1),
    ("n", 2),
    ("m", 3),
    ("leafsize", 4),
    ("maxes", 5),
    ("mins", 6),
    ("indices", 7),
    ("boxsize", 8),
];

/// A tree for neighbours: `KDTree`, `BallTree` or `cKDTree`.
///
/// ```
/// use unpickle_sklearn::{BinaryTree, at};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/neighbors-1.9.1.pkl");
/// # let pickle = unpickle_core::Pickle::parse(std::fs::read(path)?)?;
/// let tree: BinaryTree = at(pickle.root(), "['classes']._tree")?.extract()?;
/// assert_eq!(tree.data()?.shape(), [24, 3]);
/// assert_eq!(tree.metric(), Some("EuclideanDistance64"));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BinaryTree<'p> {
    origin: Value<'p>,
    parts: Seq<'p>,
    places: &'static [(&'static str, usize)],
}

impl<'p> BinaryTree<'p> {
    /// The points, a row each.
    pub fn data(&self) -> Result<NdArray<'p>> {
        self.array("data")
    }

    /// The order of the points in the nodes: `idx_array`, in scipy `indices`.
    pub fn indices(&self) -> Result<NdArray<'p>> {
        self.array(if self.is_scipy() { "indices" } else { "idx_array" })
    }

    /// Start, end, radius and whether a leaf, of each node; `None` in scipy, whose nodes are private.
    pub fn node_data(&self) -> Result<Option<NdArray<'p>>> {
        if self.is_scipy() { Ok(None) } else { self.array("node_data").map(Some) }
    }

    /// The box (`KDTree`: lower and upper corners) or centre (`BallTree`) of each node; `None` in scipy.
    pub fn node_bounds(&self) -> Result<Option<NdArray<'p>>> {
        if self.is_scipy() { Ok(None) } else { self.array("node_bounds").map(Some) }
    }

    /// How many points a leaf may have.
    pub fn leaf_size(&self) -> Option<i64> {
        crate::number::integer(self.part(if self.is_scipy() { "leafsize" } else { "leaf_size" })?)
    }

    /// The class of the distance: `EuclideanDistance64`. Nothing in scipy, which is given it with each question.
    pub fn metric(&self) -> Option<&'p str> {
        raw_class(self.part("dist_metric")?).map(|(_, name)| name)
    }

    /// The weight of each point, if there are any.
    pub fn sample_weight(&self) -> Result<Option<NdArray<'p>>> {
        let weights = self.part("sample_weight").filter(|weights| !weights.is_none());
        weights.map(|weights| weights.extract()).transpose()
    }

    /// The value that it was read from.
    pub fn origin(&self) -> Value<'p> {
        self.origin
    }

    fn is_scipy(&self) -> bool {
        std::ptr::eq(self.places, OF_SCIPY)
    }

    fn part(&self, name: &str) -> Option<Value<'p>> {
        let &(_, place) = self.places.iter().find(|(known, _)| *known == name)?;
        self.parts.get(place)
    }

    fn array(&self, name: &str) -> Result<NdArray<'p>> {
        let part = self
            .part(name)
            .ok_or_else(|| Error::invalid(self.origin, format!("no `{name}` in its state")))?;
        part.extract().map_err(|error: Error| error.within(name.to_owned()))
    }

    pub(crate) fn property(&self, name: &str) -> Result<Option<Item<'p>>> {
        Ok(self.part(name).map(Item::Value))
    }
}

/// Whether it is a tree for neighbours.
pub(crate) fn is_binary_tree(value: Value<'_>) -> bool {
    places(value).is_some()
}

fn places(value: Value<'_>) -> Option<&'static [(&'static str, usize)]> {
    let (module, name) = raw_class(value)?;
    match name {
        "KDTree" | "BallTree" | "BinaryTree" | "KDTree32" | "BallTree32" | "KDTree64" | "BallTree64"
            if module.starts_with("sklearn.neighbors") =>
        {
            Some(OF_SKLEARN)
        }
        "cKDTree" | "KDTree" if module.starts_with("scipy.spatial") => Some(OF_SCIPY),
        _ => None,
    }
}

impl<'p> FromPickle<'p> for BinaryTree<'p> {
    fn from_pickle(value: Value<'p>) -> Result<BinaryTree<'p>> {
        let places = places(value).ok_or_else(|| Error::data(value, "a KDTree, BallTree or cKDTree"))?;
        let state = value.as_object().and_then(|object| object.state()).and_then(Value::as_tuple);
        let least = if std::ptr::eq(places, OF_SCIPY) { 9 } else { 12 };
        let parts = state.filter(|parts| parts.len() >= least).ok_or_else(|| {
            Error::invalid(value, format!("a tree for neighbours whose state is no tuple of {least} or more"))
        })?;
        Ok(BinaryTree { origin: value, parts, places })
    }
}
