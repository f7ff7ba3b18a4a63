//! What PyTorch wrote, read; and what nobody honest wrote, refused.

mod fixtures;
mod hostile;
mod state;
