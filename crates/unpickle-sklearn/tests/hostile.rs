//! Wrong on purpose: each ends in one error that says what is wrong, and none in a panic or without end.

use unpickle_core::Pickle;
use unpickle_sklearn::{
    BinaryTree, Estimator, Kernel, RandomState, Sparse, Tree, Vocabulary, at, is_estimator,
};

/// An `int64` array of one dimension, as protocol 2 spells it.
fn ints(numbers: &[i64]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    array("i8", &[numbers.len()], &bytes)
}

fn floats(shape: &[usize], numbers: &[f64]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    array("f8", shape, &bytes)
}

fn array(code: &str, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let dtype = [
        b"cnumpy\ndtype\nU",
        &[code.len() as u8][..],
        code.as_bytes(),
        b"K\0K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb",
    ]
    .concat();
    with_dtype(&dtype, shape, bytes)
}

fn with_dtype(dtype: &[u8], shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let mut out =
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01(".to_vec();
    for &size in shape {
        out.extend(int(size as i64));
    }
    out.push(b't');
    out.extend(dtype);
    out.extend(b"\x89T");
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
    out.extend(b"tb");
    out
}

fn int(int: i64) -> Vec<u8> {
    format!("I{int}\n").into_bytes()
}

fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [b"(".as_slice(), &items.concat(), b"t"].concat()
}

fn object(class: &str, attrs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let attrs: Vec<u8> =
        attrs.iter().flat_map(|(name, value)| [text(name), value.clone()].concat()).collect();
    [b"c", class.as_bytes(), b"\n)\x81}(", &attrs, b"ub"].concat()
}

fn pickle(value: Vec<u8>) -> Pickle<Vec<u8>> {
    Pickle::parse([b"\x80\x02".as_slice(), &value, b"."].concat()).expect("a pickle")
}

const CSR: &str = "scipy.sparse._csr\ncsr_matrix";

fn csr(shape: [i64; 2], indptr: &[i64], indices: &[i64], data: usize) -> String {
    let attrs = [
        ("_shape", tuple(&[int(shape[0]), int(shape[1])])),
        ("data", floats(&[data], &vec![1.0; data])),
        ("indices", ints(indices)),
        ("indptr", ints(indptr)),
    ];
    match pickle(object(CSR, &attrs)).root().extract::<Sparse<'_>>() {
        Ok(sparse) => format!("{:?}", sparse.to_coo::<f64>().map(|coo| coo.iter().collect::<Vec<_>>())),
        Err(error) => error.to_string().split(" at byte").next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn compressed_matrices_are_checked() {
    assert_eq!(csr([2, 3], &[0, 1, 2], &[2, 0], 2), "Ok([(0, 2, 1.0), (1, 0, 1.0)])");
    assert_eq!(csr([2, 3], &[0, 1], &[2], 1), "indptr of 2 numbers, not 2 and one");
    assert_eq!(csr([2, 3], &[0, 2, 1], &[2, 0], 2), "indptr that does not rise from 0");
    assert_eq!(csr([2, 3], &[1, 1, 2], &[2, 0], 2), "indptr that does not rise from 0");
    assert_eq!(csr([2, 3], &[0, 1, 9], &[2, 0], 2), "indptr that ends at 9, with 2 indices and 2 data");
    assert_eq!(csr([2, 3], &[0, 1, 2], &[2, 3], 2), "an index 3 along an axis of 3");
    assert_eq!(csr([2, 3], &[0, 1, 2], &[2, -1], 2), "a negative number -1");
    assert_eq!(
        csr([2, -3], &[0, 1, 2], &[2, 0], 2),
        "the shape of a sparse matrix is no tuple of sizes: (2, -3)"
    );
    assert_eq!(csr([i64::MAX, 3], &[0], &[], 0), "indptr of 1 numbers, not 9223372036854775807 and one");
}

#[test]
fn a_small_matrix_that_is_huge_when_dense_is_refused() {
    let attrs = [
        ("_shape", tuple(&[int(i64::MAX), int(i64::MAX)])),
        ("data", floats(&[1], &[1.0])),
        ("row", ints(&[i64::MAX - 1])),
        ("col", ints(&[7])),
    ];
    let pickle = pickle(object("scipy.sparse.coo\ncoo_matrix", &attrs));
    let sparse: Sparse<'_> = pickle.root().extract().unwrap();
    assert_eq!(sparse.to_coo::<f64>().unwrap().col, [7]);
    let error = sparse.to_dense::<f64>(usize::MAX).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn offsets_of_diagonals_may_be_anything() {
    for offset in [0, 1, -1, 7, i64::MIN, i64::MAX] {
        let attrs = [
            ("_shape", tuple(&[int(2), int(2)])),
            ("data", floats(&[1, 2], &[1.0, 2.0])),
            ("offsets", ints(&[offset])),
        ];
        let pickle = pickle(object("scipy.sparse._dia\ndia_matrix", &attrs));
        let sparse: Sparse<'_> = pickle.root().extract().unwrap();
        let expected = match offset {
            0 => vec![(0, 0, 1.0), (1, 1, 2.0)],
            1 => vec![(0, 1, 2.0)],
            -1 => vec![(1, 0, 1.0)],
            _ => vec![],
        };
        assert_eq!(sparse.to_coo::<f64>().unwrap().iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn one_list_in_all_rows_is_not_unfolded_without_end() {
    // A thousand rows, all of them the one list of a thousand columns.
    let list = [b"](".as_slice(), &b"K\0".repeat(1000), b"eq\x07"].concat();
    let rows = [b"(l".as_slice(), &list, b"a(", &b"h\x07".repeat(999), b"e"].concat();
    let array = |list: &[u8]| {
        let dtype =
            b"cnumpy\ndtype\nU\x02O8K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb";
        let head =
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01I1000\n\x85";
        [head.as_slice(), dtype, b"\x89", list, b"tb"].concat()
    };
    let dtype =
        b"cnumpy\ndtype\nU\x02f8K\0K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb".to_vec();
    let attrs = [
        ("_shape", tuple(&[int(1000), int(1)])),
        ("dtype", dtype),
        ("rows", array(&rows)),
        ("data", array(&rows)),
    ];
    let pickle = pickle(object("scipy.sparse._lil\nlil_matrix", &attrs));
    let sparse: Sparse<'_> = pickle.root().extract().unwrap();
    assert!(sparse.to_coo::<f64>().unwrap_err().is_limit());
}

/// A tree with these children, on one feature.
fn tree(children: &[(i64, i64)], feature: i64) -> Vec<u8> {
    let mut fields = Vec::new();
    let names = ["left_child", "right_child", "feature", "threshold"];
    for (i, name) in names.iter().enumerate() {
        let code = if *name == "threshold" { "f8" } else { "i8" };
        let dtype = [
            b"cnumpy\ndtype\nU\x02",
            code.as_bytes(),
            b"K\0K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb",
        ]
        .concat();
        fields.extend([text(name), dtype, int(8 * i as i64), b"\x86".to_vec()].concat());
    }
    let dtype = [
        b"cnumpy\ndtype\nU\x03V32K\0K\x01\x87R(K\x03U\x01|N".as_slice(),
        &tuple(&names.map(text)),
        b"}(",
        &fields,
        b"uK\x20K\x01K\x10tb",
    ]
    .concat();
    let bytes: Vec<u8> = children
        .iter()
        .flat_map(|(left, right)| {
            [left.to_le_bytes(), right.to_le_bytes(), feature.to_le_bytes(), 0.5_f64.to_le_bytes()].concat()
        })
        .collect();
    let nodes = with_dtype(&dtype, &[children.len()], &bytes);
    let state =
        [text("nodes"), nodes, text("values"), floats(&[children.len(), 1, 1], &vec![2.0; children.len()])]
            .concat();
    [b"csklearn.tree._tree\nTree\n".as_slice(), &tuple(&[int(1), ints(&[1]), int(1)]), b"R}(", &state, b"ub"]
        .concat()
}

#[test]
fn trees_are_checked_and_walks_end() {
    let walk = |children: &[(i64, i64)], feature| {
        let pickle = pickle(tree(children, feature));
        let tree = pickle.root().extract::<Tree<'_>>();
        let leaf = tree.and_then(|tree| tree.apply(&[0.5]));
        leaf.map_err(|error| error.to_string().split(" at byte").next().unwrap_or_default().to_owned())
    };
    assert_eq!(walk(&[(1, 2), (-1, -1), (-1, -1)], 0), Ok(1));
    assert_eq!(walk(&[(0, 0)], 0), Err("the nodes of the tree run in a circle".to_owned()));
    assert_eq!(walk(&[(1, 1), (0, 0)], 0), Err("the nodes of the tree run in a circle".to_owned()));
    assert_eq!(walk(&[(1, 3), (-1, -1), (-1, -1)], 0), Err("a child 3 in a tree of 3 nodes".to_owned()));
    assert_eq!(walk(&[(1, -2), (-1, -1)], 0), Err("a child -2 in a tree of 2 nodes".to_owned()));
    assert_eq!(walk(&[(1, -1), (-1, -1)], 7), Err("node 0 asks for feature 7 of 1".to_owned()));
    assert_eq!(walk(&[], 0), Err("a tree without nodes".to_owned()));
}

#[test]
fn a_pipeline_in_itself_ends() {
    // p = Pipeline([('a', p)])
    let bytes = [
        b"csklearn.pipeline\nPipeline\n)\x81q\x01}".as_slice(),
        &text("steps"),
        b"]",
        &text("a"),
        b"h\x01\x86asb",
    ]
    .concat();
    let pickle = pickle(bytes);
    let error = at(pickle.root(), "classes_").unwrap_err();
    assert!(error.is_limit(), "{error}");
    let long = format!("steps{}", "[0][1].steps".repeat(1000));
    assert!(at(pickle.root(), &long).is_ok());
    assert!(at(pickle.root(), &format!("{long}.x")).unwrap_err().to_string().len() < 400);
}

#[test]
fn a_kernel_that_doubles_ends() {
    let mut kernel = object("k\nRBF", &[("length_scale", b"G?\xf0\0\0\0\0\0\0".to_vec())]);
    for _ in 0..40 {
        kernel = [
            kernel,
            b"q\x010cgp\nSum\n)\x81}(".to_vec(),
            text("k1"),
            b"h\x01".to_vec(),
            text("k2"),
            b"h\x01ub".to_vec(),
        ]
        .concat();
    }
    let pickle = pickle(kernel);
    let kernel: Kernel<'_> = pickle.root().extract().unwrap();
    assert!(kernel.to_text().unwrap_err().is_limit());
}

#[test]
fn what_is_no_model_is_told() {
    let pickle = Pickle::parse(b"](K\x01X\x01\0\0\0ae.".to_vec()).unwrap();
    let root = pickle.root();
    assert!(!is_estimator(root));
    let told = [
        root.extract::<Estimator<'_>>().unwrap_err().to_string(),
        root.extract::<Tree<'_>>().unwrap_err().to_string(),
        root.extract::<Sparse<'_>>().unwrap_err().to_string(),
        root.extract::<BinaryTree<'_>>().unwrap_err().to_string(),
        root.extract::<RandomState<'_>>().unwrap_err().to_string(),
        root.extract::<Vocabulary<'_>>().unwrap_err().to_string(),
    ];
    assert_eq!(
        told,
        [
            "expected an estimator, an object with attributes, found list at byte 0",
            "expected a scikit-learn tree, found list at byte 0 (scikit-learn tree)",
            "expected a sparse matrix of scipy, found list at byte 0",
            "expected a KDTree, BallTree or cKDTree, found list at byte 0",
            "expected a RandomState of numpy, found list at byte 0",
            "expected a vocabulary, a dict, found list at byte 0",
        ]
    );
}

#[test]
fn columns_of_a_vocabulary_are_checked() {
    let terms = |bytes: &[u8]| {
        let pickle = Pickle::parse(bytes.to_vec()).unwrap();
        let vocabulary: Vocabulary<'_> = pickle.root().extract().unwrap();
        vocabulary.to_terms().map(|terms| terms.len()).map_err(|error| error.to_string())
    };
    assert_eq!(terms(b"}(U\x01aK\0U\x01bK\x01u."), Ok(2));
    assert_eq!(
        terms(b"}(U\x01aK\0U\x01bK\x02u."),
        Err("column 2 in a vocabulary of 2 terms at byte 0".to_owned())
    );
    assert_eq!(
        terms(b"}(U\x01aK\0U\x01bK\0u."),
        Err("a vocabulary two of whose terms have the same column at byte 0".to_owned())
    );
    assert_eq!(
        terms(b"}(U\x01aK\0U\x01aK\x01u."),
        Err("a vocabulary that has 'a' twice at byte 0".to_owned())
    );
    assert_eq!(
        terms(b"}U\x01aU\x01bs."),
        Err("expected the column number of a term, found Python 2 str at byte 4".to_owned())
    );
}
