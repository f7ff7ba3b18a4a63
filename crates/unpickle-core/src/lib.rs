//! Decode Python pickles without running them.
