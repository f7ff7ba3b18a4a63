//! Asks every reader of every library for every object of a file.

use unpickle::arrays;
use unpickle::core::{FromPickle, Value};
use unpickle::numpy::{Dtype, DynArray, MaskedArray, NdArray, Scalar, ToArray};
use unpickle::pandas::{self, Array, DataFrame, Index, Panel, Recogniser, Series, SparseIndex, TimeZone};
use unpickle::sklearn::{
    self, BinaryTree, Estimator, Generator, Kernel, Predictor, RandomState, Sparse, Tree, Vocabulary,
};
use unpickle::torch::{Storage, Tensor, state_dict};
use unpickle::{File, arrow};

/// Arrays of more elements are looked at only in part.
const FEW: usize = 1 << 14;
/// How many objects are looked at: as each is asked a dozen times, and may stand for others, it is slow.
const OBJECTS: usize = 400;

/// # Panics
///
/// A reader does.
pub(crate) fn all(file: &File) {
    let values: Vec<_> = file.values().take(4).chain(file.pickle().objects().take(OBJECTS)).collect();
    let mut cells = Recogniser::new();
    for value in values {
        numpy(value);
        pandas(value, &mut cells);
        sklearn(value);
        torch(value);
        _ = (arrow::describe(value), arrow::describe_known(value));
    }
    named(file);
}

fn read<'p, T: FromPickle<'p>>(value: Value<'p>, look: impl FnOnce(T)) {
    match value.extract() {
        Ok(read) => look(read),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn array(array: &NdArray<'_>) {
    _ = (
        array.dtype().to_string(),
        array.class(),
        array.own_state(),
        array.raw().is_some(),
        array.as_contiguous(),
    );
    let len = array.len();
    for at in [0, 1, len / 2, len.saturating_sub(1)] {
        let cell = array.cell(at);
        assert!(cell.is_none() || at < len, "element {at} of {len}");
        _ = (array.at(at).is_some(), array.element(at).is_some(), cell.map(|cell| format!("{cell:?}").len()));
    }
    for field in array.dtype().fields() {
        _ = array.field(&field.name).map(|field| field.cell(0).is_some());
    }
    if len <= FEW {
        _ = array.to_dyn().is_ok();
        _ = (
            array.to_array::<f64>().is_ok(),
            array.to_array_lossy::<f32>().is_ok(),
            array.to_array::<i64>().is_ok(),
        );
        _ = array.objects().map(|objects| objects.iter().count());
    }
}

fn numpy(value: Value<'_>) {
    read(value, |found: NdArray<'_>| array(&found));
    read(value, |_: DynArray<'_>| {});
    read(value, |dtype: Dtype| _ = (dtype.to_string(), dtype.to_little_endian(), dtype.is_aligned()));
    read(value, |scalar: Scalar<'_>| {
        _ = (scalar.cell(), scalar.get::<f64>().is_ok(), array(scalar.as_array()))
    });
    read(value, |masked: MaskedArray<'_>| {
        array(masked.data());
        array(masked.mask());
    });
}

fn pandas<'p>(value: Value<'p>, cells: &mut Recogniser) {
    read(value, |frame: DataFrame<'_>| {
        index(frame.index());
        index(frame.labels());
        for column in frame.columns().iter().take(100) {
            self::column(&column.array);
        }
    });
    read(value, |series: Series<'_>| {
        index(series.index());
        column(series.array());
    });
    read(value, |panel: Panel<'_>| panel.columns().iter().take(20).for_each(|one| column(&one.array)));
    read(value, |found: Index<'_>| index(&found));
    read(value, |found: Array<'_>| column(&found));
    _ = TimeZone::from_value(value).is_ok();
    _ = (
        pandas::scalar::recognise(value),
        pandas::stdlib::recognise(value),
        cells.recognise(value).is_some(),
    );
}

fn index(index: &Index<'_>) {
    _ = (index.len(), index.names().len());
}

fn column(found: &Array<'_>) {
    let rows = found.len().unwrap_or(0);
    if let Some(storage) = found.storage(rows) {
        array(&storage);
    }
    match found {
        Array::Numpy(values) | Array::DatetimeTz { values, .. } => array(values),
        Array::Categorical { codes, categories, .. } => {
            array(codes);
            _ = pandas::checked_codes(codes, categories.len(), 0..codes.len().min(FEW)).is_ok();
        }
        Array::Interval { left, right, .. } => _ = (left.len(), right.len()),
        Array::Sparse(sparse) => {
            let positions = sparse.positions();
            assert!(positions.is_err() || sparse.values.len() <= sparse.len);
            match &sparse.index {
                SparseIndex::Positions(positions) => array(positions),
                SparseIndex::Blocks { starts, .. } => array(starts),
            }
        }
        Array::Masked { values, mask } => {
            array(values);
            array(mask);
        }
        Array::String { cells, .. } => array(cells),
        _ => {}
    }
}

fn sklearn(value: Value<'_>) {
    read(value, |model: Estimator<'_>| {
        _ = (
            model.params().count(),
            model.fitted().count(),
            model.private().count(),
            model.sklearn_version(),
        );
        _ = (
            model.attr("coef_").is_ok(),
            model.at("named_steps[0].tree_").is_ok(),
            model.vocabulary().is_ok(),
        );
    });
    read(value, |tree: Tree<'_>| {
        let sample = vec![0.5_f32; tree.n_features().min(100)];
        _ = (
            tree.n_leaves().is_ok(),
            tree.threshold().is_ok(),
            tree.decision_path(&sample),
            tree.apply(&sample).is_ok(),
        );
        _ = (tree.value_of(0).is_ok(), tree.missing_go_to_left().is_ok());
    });
    read(value, |trees: Predictor<'_>| {
        _ = (trees.left().is_ok(), trees.is_leaf().is_ok(), trees.left_categories(0))
    });
    read(value, |tree: BinaryTree<'_>| {
        _ = (tree.data().is_ok(), tree.node_data().is_ok(), tree.node_bounds().is_ok())
    });
    read(value, |kernel: Kernel<'_>| _ = (kernel.to_text().is_ok(), kernel.params().count()));
    read(value, |terms: Vocabulary<'_>| _ = (terms.to_terms().is_ok(), terms.get("a").is_ok(), terms.len()));
    read(value, |state: RandomState<'_>| _ = (state.bits().key().is_ok(), state.gauss()));
    read(value, |state: Generator<'_>| _ = (state.bits().pcg64(), state.bits().state().is_some()));
    read(value, |sparse: Sparse<'_>| {
        _ = sparse.to_coo::<f64>().map(|entries| entries.iter().count());
        _ = sparse.to_dense::<f64>(FEW).map(|dense| dense.sum());
    });
    _ = (sklearn::at(value, "coef_[0]").is_ok(), sklearn::is_estimator(value));
}

fn torch(value: Value<'_>) {
    read(value, |storage: Storage<'_>| _ = (storage.bytes().is_ok(), storage.nbytes(), storage.dtype()));
    read(value, tensor);
    if let Ok(named) = state_dict(value) {
        for (_, value) in named.into_iter().take(20) {
            read(value, tensor);
        }
    }
}

fn tensor(tensor: Tensor<'_>) {
    _ = (tensor.identity(), tensor.layout(), tensor.device().len(), tensor.class(), tensor.own_state());
    match tensor.array() {
        Ok(found) => array(&found),
        Err(error) => _ = error.to_string(),
    }
    _ = (tensor.nested().is_ok(), tensor.sparse().is_ok(), tensor.quantizer().is_ok());
    if tensor.len() <= FEW {
        _ = (tensor.resolve().is_ok(), tensor.dequantize().is_ok(), (&tensor).to_array::<f64>().is_ok());
    }
}

/// Arrays by their names.
fn named(file: &File) {
    let Ok(found) = arrays::search(file.whole()) else { return };
    for one in found.arrays.iter().take(100) {
        _ = (one.kind(), one.dtype_name(), one.storage_bytes());
        _ = arrays::path::find(file.whole(), one.name()).is_some();
        if one.len() <= FEW {
            _ = one.load().map(|found| array(&found));
        }
    }
}
