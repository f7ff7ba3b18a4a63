//! Tests.

mod cli;
mod corpus;
mod examples;
mod util;
