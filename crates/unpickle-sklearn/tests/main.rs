//! Tests: the fixtures of `fixtures/sklearn`, and hostile input.

mod fixtures;
mod hostile;
mod random;
mod walks;
