//! Tests.

mod corpus;
