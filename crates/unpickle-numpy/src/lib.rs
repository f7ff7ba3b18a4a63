//! numpy arrays, scalars and dtypes found in pickles.
