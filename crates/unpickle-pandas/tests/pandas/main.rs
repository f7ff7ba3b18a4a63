//! Objects of pandas in every form, written opcode by opcode, and forms that nobody writes but an attacker.

mod arrays;
mod frames;
mod hostile;
mod indexes;
mod old;
mod panels;
mod write;
