//! pandas DataFrame, Series and every Index found in pickles, as columns.
