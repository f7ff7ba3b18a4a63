//! From a path to pickle bytes: map, sniff, decompress.
