//! Cells as text.
