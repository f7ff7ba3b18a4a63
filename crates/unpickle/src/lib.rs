//! Python pickles to open data formats, without Python and without running a byte of them.
