//! [`read`]: a file of torch, of whichever format.

use unpickle_core::{Options, Pickle, Result};
use unpickle_file::{Container, Shared};

use crate::stream::Stream;
use crate::{archive, oldest};

/// Decodes a file that torch wrote: a zip archive (TorchScript too), the legacy stream, or the tar of before 0.1.10.
/// `None` where it is none of these.
///
/// What comes out is what was saved. Of a TorchScript archive, it is a dict of the two pickles that it has: `data` is the
/// module, `constants` a tuple of tensors that its code names. No bytes of tensors are read.
///
/// ```
/// use unpickle_core::Options;
/// use unpickle_file::{Input, Shared};
/// use unpickle_torch::Tensor;
///
/// let input = Input::open("../../fixtures/torch/checkpoint.pt", &Default::default())?;
/// let pickle = unpickle_torch::read(&Shared::new(input), &Options::new())?.expect("a file of torch");
/// assert_eq!(pickle.root().item("epoch")?.as_i64(), Some(3));
/// let weight: Tensor<'_> = pickle.root().item("model")?.item("0.weight")?.extract()?;
/// assert_eq!(weight.shape(), [4, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// It is one of these, and damaged, or of a version that is not read.
pub fn read(input: &Shared, options: &Options<'_>) -> Result<Option<Pickle<Shared>>> {
    match input.archive() {
        Some(archive) if archive.container() == Container::Tar => oldest::read(input, archive, options),
        Some(archive) => archive::read(input, archive, options),
        None if Stream::is(input.as_ref()) => {
            let stream = Stream::read(input.as_ref())?;
            options.assemble(input.clone(), |assembly| stream.assemble(assembly)).map(Some)
        }
        None => Ok(None),
    }
}
