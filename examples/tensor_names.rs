//! A PyTorch checkpoint: which tensors are in it, and how large is the model?
//!
//! `cargo run --example tensor_names [FILE]`

use std::io::Write;

use unpickle::{Result, Tensor, ToArray, state_dict};

/// What the example prints, for a file of `{"model": state_dict, ..}`.
pub fn tensor_names(path: &str, mut out: impl Write) -> Result<()> {
    let file = unpickle::open(path)?; // mapped: no tensor is read

    let model = file.root().item("model")?;
    let mut parameters = 0;
    for (name, value) in state_dict(model)? {
        let tensor: Tensor<'_> = value.extract()?;
        writeln!(out, "{name}: {} {:?}", tensor.dtype(), tensor.shape())?;
        parameters += tensor.len();
    }
    writeln!(out, "{parameters} numbers after epoch {}", file.root().item("epoch")?)?;

    // The bytes of one, as an `ndarray` array.
    let bias: Tensor<'_> = model.item("0.bias")?.extract()?;
    let bias = bias.to_array1::<f32>()?;
    writeln!(out, "the mean of 0.bias is {:.3}", bias.mean().unwrap_or(0.0))?;
    Ok(())
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1);
    tensor_names(path.as_deref().unwrap_or("fixtures/torch/checkpoint.pt"), std::io::stdout().lock())
}
