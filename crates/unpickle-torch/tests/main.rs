//! What PyTorch wrote, read; and what nobody honest wrote, refused.

mod fixtures;
mod state;
