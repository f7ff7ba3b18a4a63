//! Tensors and modules of PyTorch, out of the files that torch wrote.

use std::path::Path;

use safetensors::SafeTensors;
use unpickle_arrays::{ArrayFormat, ArrayOptions, arrays, search, write};
use unpickle_core::Pickle;
use unpickle_file::{Input, Shared};

use crate::{members, written};

/// A fixture of `fixtures/torch`.
fn open(name: &str) -> Pickle<Shared> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/torch").join(name);
    let input = Input::open(path, &Default::default()).unwrap();
    unpickle_torch::read(&Shared::new(input), &Default::default()).unwrap().unwrap()
}

/// Name, kind, dtype and shape of each array.
fn listed(name: &str) -> Vec<String> {
    let pickle = open(name);
    let found = arrays(pickle.root()).unwrap();
    let line = |array: &unpickle_arrays::NamedArray<'_>| {
        format!("{} {} {} {:?}", array.name(), array.kind(), array.dtype_name(), array.shape())
    };
    found.iter().map(line).collect()
}

#[test]
fn a_module_has_the_names_of_its_state_dict() {
    let names = listed("module.pt");
    assert_eq!(names.len(), 13);
    assert_eq!(names[0], "kept Tensor int16 [2]");
    assert_eq!(names[1], "embed.weight Parameter float32 [3, 2]");
    assert_eq!(names[2], "head.weight Parameter float32 [3, 2]");
    assert_eq!(listed("script.pt")[0], "0.weight Tensor float32 [3, 2]");
}

#[test]
fn a_parameter_without_a_shape_is_no_array() {
    let pickle = open("module-lazy.pt");
    let found = search(pickle.root()).unwrap();
    assert_eq!(found.arrays.iter().map(|array| array.name()).collect::<Vec<_>>(), ["1.weight", "1.bias"]);
    let others: Vec<String> = found.others.iter().map(|other| other.to_string()).collect();
    assert_eq!(others.len(), 2, "{others:?}");
    assert!(others[0].contains("0.weight") && others[0].contains("UninitializedParameter"), "{others:?}");
}

#[test]
fn tensors_of_all_kinds_of_files_are_listed() {
    assert_eq!(listed("oldest-tar.pt")[0], "state.weight Tensor float32 [2, 3]");
    assert_eq!(listed("checkpoint.pt"), listed("checkpoint-legacy.pt"));
    assert_eq!(listed("dtypes.pt"), listed("dtypes-legacy.pt"));
    // An OrderedDict of Python 2 is made of its pairs, which are not listed once more.
    let old = listed("values-legacy-1.0.0.pt");
    assert_eq!((old.len(), &*old[0]), (12, "values.uint8 Tensor uint8 [3]"));
}

#[test]
fn quantised_sparse_and_nested_tensors_are_several_arrays() {
    let quantised = listed("quantised.pt");
    assert_eq!(quantised[0], "quint8 Tensor quint8 [2, 3]");
    assert_eq!(quantised[1], "quint8.scale Tensor scale float64 []");
    assert_eq!(quantised[2], "quint8.zero_point Tensor zero_point int64 []");
    assert!(quantised.contains(&"channels.scales Tensor scales float64 [2]".to_owned()));
    assert!(quantised.contains(&"channels.axis Tensor axis int64 []".to_owned()));
    let sparse = listed("sparse.pt");
    assert_eq!(sparse[0], "coo.indices Tensor indices int64 [2, 4]");
    assert_eq!(sparse[3], "coo.is_coalesced Tensor is_coalesced bool []");
    assert!(sparse.contains(&"csr.crow_indices Tensor crow_indices int64 [5]".to_owned()));
    assert!(sparse.contains(&"csc.row_indices Tensor row_indices int64 [4]".to_owned()));
    assert!(sparse.contains(&"bsr.size Tensor size int64 [2]".to_owned()));
    assert_eq!(listed("nested.pt")[1], "rows[1] Tensor float32 [1, 3]");
}

#[test]
fn every_name_of_shared_tensors_is_listed() {
    let pickle = open("shared.pt");
    let found = arrays(pickle.root()).unwrap();
    let named = |name: &str| found.iter().find(|array| array.name() == name).unwrap();
    assert!(named("model.weight").is_same(named("ema.weight")));
    assert!(named("tied[0]").is_same(named("tied[1]")));
    // Two views of one storage are not the same elements.
    assert!(!named("halves[0]").is_same(named("halves[1]")));
    assert_eq!(named("halves[0]").storage(), named("halves[1]").storage());
}

#[test]
fn tied_tensors_are_written_once_and_named_in_the_metadata() {
    let pickle = open("module.pt");
    let found = arrays(pickle.root()).unwrap();
    let (file, told) = written(&found, ArrayFormat::Safetensors, &ArrayOptions::new());
    assert_eq!(told.arrays, 7);
    assert_eq!(
        told.notes,
        [
            "`head.weight`, `norm.bias`, `norm.num_batches_tracked` and 3 more: tied to a tensor of another name, and written \
          once; the metadata say to which"
        ]
    );
    let (_, metadata) = SafeTensors::read_metadata(&file).unwrap();
    let names = metadata.metadata().as_ref().unwrap();
    assert_eq!(names.get("head.weight").map(String::as_str), Some("embed.weight"));
    assert_eq!(names.get("format").map(String::as_str), Some("pt"));
    let tensors = SafeTensors::deserialize(&file).unwrap();
    assert!(tensors.tensor("embed.weight").is_ok() && tensors.tensor("head.weight").is_err());

    let (file, told) = written(&found, ArrayFormat::Safetensors, &ArrayOptions::new().with_copies(true));
    assert_eq!((told.arrays, told.notes.len()), (13, 0));
    let tensors = SafeTensors::deserialize(&file).unwrap();
    assert_eq!(tensors.tensor("embed.weight").unwrap(), tensors.tensor("head.weight").unwrap());
}

#[test]
fn narrow_numbers_are_kept_in_safetensors_and_widened_for_numpy() {
    let pickle = open("dtypes.pt");
    let found = arrays(pickle.root()).unwrap();
    let (file, told) = written(&found, ArrayFormat::Safetensors, &ArrayOptions::new().with_skip(true));
    let tensors = SafeTensors::deserialize(&file).unwrap();
    for (name, bytes) in [("bfloat16", 12), ("float8_e4m3fn", 6), ("float8_e8m0fnu", 4), ("complex32", 48)] {
        assert_eq!(tensors.tensor(name).unwrap().data().len(), bytes, "{name}");
    }
    assert!(told.notes.contains(&"`bits8`: left out: bits8".to_owned()), "{:?}", told.notes);

    let (file, told) = written(&found, ArrayFormat::Npz, &ArrayOptions::new());
    assert_eq!(told.notes[0], "`bfloat16`: bfloat16, written as float32, exactly");
    let members = members(file);
    let (_, bytes) = members.iter().find(|(name, _)| name == "bfloat16.npy").unwrap();
    assert!(bytes.windows(15).any(|window| window == b"'descr': '<f4',"));
}

#[test]
fn tensors_without_data_are_listed_and_refused() {
    let pickle = open("wrapped.pt");
    let found = search(pickle.root()).unwrap();
    let meta = found.arrays.iter().find(|array| array.name() == "meta").unwrap();
    assert_eq!(
        (meta.kind(), meta.has_data(), meta.shape()),
        ("Tensor without data".into(), false, &[2, 3][..])
    );
    assert_eq!(found.others[0].class, "UninitializedParameter");
    let error = write(&found.arrays, ArrayFormat::Npz, &ArrayOptions::new(), &mut Vec::new()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`hollow`, `meta`, `big` (a tensor without data, of the device `meta`)"), "{text}");

    let conjugate = found.arrays.iter().find(|array| array.name() == "conjugate").unwrap();
    let part = |array: &unpickle_numpy::NdArray<'_>| array.element(0).unwrap()[4..].to_vec();
    assert_eq!(part(&conjugate.load().unwrap()), part(&conjugate.load().unwrap()));
}
