//! Tests.

mod corpus;
mod examples;
