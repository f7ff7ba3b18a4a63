//! The Panel of pandas 0.3 and before: `BUILD (values, items, major, minor)`, each the bytes of a `.npy` file; and the
//! SparsePanel, up to 0.18.

use unpickle_core::{Dict, Error, Result, Seq, Value};
use unpickle_numpy::NdArray;

use crate::array::Array;
use crate::envelope::Kind;
use crate::frame::Column;
use crate::manager::Room;
use crate::names::{Made, Name};
use crate::npy;
use crate::panel::Panel;

/// Whether it is one of these.
pub(crate) fn is_in(value: Value<'_>) -> bool {
    state(value).is_some()
}

/// The frames of a `SparsePanel` by their items: `BUILD ({item: SparseDataFrame}, items, major, minor, fill_value, kind)`.
///
/// `None` if `value` is none.
#[must_use]
pub fn sparse_panel(value: Value<'_>) -> Option<Dict<'_>> {
    let made = Made::of(value).filter(|made| made.name == Name::SparsePanel)?;
    made.state()?.as_tuple()?.get(0)?.as_dict()
}

fn state(value: Value<'_>) -> Option<Seq<'_>> {
    let made = Made::of(value).filter(|made| made.name == Name::Panel)?;
    made.state()?.as_tuple().filter(|state| state.len() == 4)
}

pub(crate) fn read(value: Value<'_>) -> Result<Panel<'_>> {
    let Some(state) = state(value) else { return Err(Error::data(value, "a Panel with its parts")) };
    let part = |i: usize| state.get(i).ok_or_else(|| Error::data(value, "a Panel with its parts"));
    let values: NdArray<'_> = match npy::array(part(0)?)? {
        Array::Numpy(values) if values.ndim() == 3 => values,
        _ => return Err(Error::data(part(0)?, "an array of three dimensions")),
    };
    let axis = |i: usize, name: &str| {
        let index = npy::index(part(i)?);
        index.map_err(|error| error.within(format!("the {name} axis")))
    };
    let labels = axis(1, "items")?;
    let axes = vec![axis(2, "major")?, axis(3, "minor")?];
    if values.shape().first() != Some(&labels.len()) {
        let text = format!("expected {} items by their labels, found {:?}", labels.len(), values.shape());
        return Err(Error::invalid(value, text));
    }
    Room::new(value, Kind::Panel, std::slice::from_ref(&labels))?;
    let column = |i| Ok(Column { array: Array::Numpy(values.row(i)?), block: 0 });
    let columns = (0..labels.len()).map(column).collect::<Result<_>>()?;
    Panel::of_parts(value, columns, labels, axes)
}
