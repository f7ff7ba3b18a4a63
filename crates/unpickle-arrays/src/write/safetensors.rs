//! `.safetensors`: a JSON header of names, dtypes, shapes and offsets, then the elements: little-endian, row-major.
//!
//! In the order in which the library itself writes them, wide elements first, then by name, so that each begins at a
//! multiple of its size (safetensors' `tensor.rs`).

use std::collections::BTreeMap;
use std::io::Write;

use safetensors::tensor::{Dtype as Name, TensorInfo};
use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{Dtype, DtypeKind, Float8};

use super::plan::{Plan, Planned};
use super::{Chunks, tied};

/// The key of the header that is no tensor.
pub(super) const METADATA: &str = "__metadata__";

/// The library reads no longer header.
const MAX_HEADER: usize = 100_000_000;

/// What the format calls a dtype, if it knows it.
pub(super) fn dtype(dtype: &Dtype) -> Option<Name> {
    Some(match dtype.kind() {
        DtypeKind::Bool => Name::BOOL,
        DtypeKind::Int(1) => Name::I8,
        DtypeKind::Int(2) => Name::I16,
        DtypeKind::Int(4) => Name::I32,
        DtypeKind::Int(_) => Name::I64,
        DtypeKind::UInt(1) => Name::U8,
        DtypeKind::UInt(2) => Name::U16,
        DtypeKind::UInt(4) => Name::U32,
        DtypeKind::UInt(_) => Name::U64,
        DtypeKind::Float(2) => Name::F16,
        DtypeKind::Float(4) => Name::F32,
        DtypeKind::Float(_) => Name::F64,
        DtypeKind::Complex(8) => Name::C64,
        DtypeKind::BFloat16 => Name::BF16,
        DtypeKind::Float8(Float8::E4M3FN) => Name::F8_E4M3,
        DtypeKind::Float8(Float8::E4M3FNUZ) => Name::F8_E4M3FNUZ,
        DtypeKind::Float8(Float8::E5M2) => Name::F8_E5M2,
        DtypeKind::Float8(Float8::E5M2FNUZ) => Name::F8_E5M2FNUZ,
        DtypeKind::Float8(Float8::E8M0FNU) => Name::F8_E8M0,
        _ => return None,
    })
}

/// All arrays, each under its name.
pub(super) fn write(plan: &mut Plan<'_, '_>, copies: bool, sink: &mut dyn Write) -> Result<()> {
    let mut metadata = if copies { BTreeMap::new() } else { tied::untie(plan) };
    // Of which library the tensors are: transformers reads no file that does not say `pt`.
    let format = if plan.arrays.iter().any(|planned| planned.array.is_tensor()) { "pt" } else { "np" };
    metadata.insert(tied::FORMAT.to_owned(), format.to_owned());
    let order = |array: &Planned<'_, '_>| dtype(&array.dtype);
    plan.arrays.sort_by(|a, b| order(b).cmp(&order(a)).then_with(|| a.name.cmp(b.name)));
    let header = header(plan, &metadata)?;
    let mut out = Chunks::new(sink);
    out.push(&(header.len() as u64).to_le_bytes())?;
    out.push(&header)?;
    for planned in &plan.arrays {
        planned.elements(&planned.load()?, true, &mut out)?;
    }
    out.finish()
}

fn header(plan: &Plan<'_, '_>, metadata: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut header = b"{\"__metadata__\":".to_vec();
    serde_json::to_writer(&mut header, metadata).map_err(of_json)?;
    let mut start = 0_usize;
    for planned in &plan.arrays {
        let too_large =
            || Error::message(Category::Unsupported, "arrays that are larger than memory together");
        let bytes = usize::try_from(planned.bytes()).map_err(|_| too_large())?;
        let end = start.checked_add(bytes).ok_or_else(too_large)?;
        let Some(dtype) = dtype(&planned.dtype) else { continue };
        let info = TensorInfo { dtype, shape: planned.array.shape().to_vec(), data_offsets: (start, end) };
        header.push(b',');
        serde_json::to_writer(&mut header, planned.name).map_err(of_json)?;
        header.push(b':');
        serde_json::to_writer(&mut header, &info).map_err(of_json)?;
        start = end;
    }
    header.push(b'}');
    header.resize(header.len().next_multiple_of(8), b' ');
    if header.len() > MAX_HEADER {
        let message = format!(
            "the names of {} arrays take {} bytes, and safetensors reads at most {MAX_HEADER}; write .npz",
            plan.arrays.len(),
            header.len()
        );
        return Err(Error::message(Category::Unsupported, message));
    }
    Ok(header)
}

#[cold]
fn of_json(error: serde_json::Error) -> Error {
    Error::message(Category::Io, format!("cannot write the header: {error}"))
}
