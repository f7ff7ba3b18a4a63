//! The way of one sample through a [`Tree`].

use unpickle_core::{Error, Result};

use crate::number::integers;
use crate::tree::Tree;

impl Tree<'_> {
    /// The nodes that `sample` passes, from the root to its leaf.
    ///
    /// scikit-learn compares features as `float32` with thresholds as `float64`, and so does this. `NaN` goes where
    /// `missing_go_to_left` says, to the right in trees that have none (there scikit-learn refuses it).
    ///
    /// # Errors
    ///
    /// The sample has not as many features as the tree, or its nodes run in a circle.
    pub fn decision_path(&self, sample: &[f32]) -> Result<Vec<usize>> {
        if sample.len() != self.n_features() {
            let message =
                format!("a sample of {} features for a tree of {} features", sample.len(), self.n_features());
            return Err(Error::invalid(self.origin(), message));
        }
        if self.node_count() == 0 {
            return Err(Error::invalid(self.origin(), "a tree without nodes"));
        }
        let columns = [self.left.clone(), self.right.clone(), self.column("feature")?];
        let threshold = self.column("threshold")?;
        let missing = self.column("missing_go_to_left").ok();
        let mut node = 0;
        let mut path = Vec::new();
        while path.len() < self.node_count() {
            path.push(node);
            let mut numbers = [0; 3];
            for (number, column) in numbers.iter_mut().zip(&columns) {
                *number = integers(&column.slice(node..node + 1)?)?.into_iter().next().unwrap_or(-1);
            }
            let [left, right, feature] = numbers;
            if left == -1 {
                return Ok(path);
            }
            let x =
                usize::try_from(feature).ok().and_then(|feature| sample.get(feature)).ok_or_else(|| {
                    let message = format!("node {node} asks for feature {feature} of {}", self.n_features());
                    Error::invalid(self.origin(), message)
                })?;
            let goes_left = match &missing {
                Some(missing) if x.is_nan() => integers(&missing.slice(node..node + 1)?)? != [0],
                _ => {
                    let mut limit = Vec::new();
                    threshold.copy_native::<f64>(node..node + 1, &mut limit)?;
                    limit.first().is_some_and(|limit| f64::from(*x) <= *limit)
                }
            };
            // Both were checked to be nodes or -1 when the tree was read.
            node = usize::try_from(if goes_left { left } else { right })
                .map_err(|_| Error::invalid(self.origin(), format!("node {node} has only one child")))?;
        }
        Err(Error::invalid(self.origin(), "the nodes of the tree run in a circle"))
    }

    /// The leaf that `sample` ends in, as `apply` of the estimator.
    ///
    /// # Errors
    ///
    /// As [`Tree::decision_path`].
    pub fn apply(&self, sample: &[f32]) -> Result<usize> {
        self.decision_path(sample)?.pop().ok_or_else(|| Error::invalid(self.origin(), "a way without nodes"))
    }

    /// The row of [`value`](Tree::value) of a node, target after target: for regression the prediction of each.
    ///
    /// # Errors
    ///
    /// There is no such node.
    pub fn value_of(&self, node: usize) -> Result<Vec<f64>> {
        let row = self.value().row(node)?;
        let mut values = Vec::new();
        row.copy_native(0..row.len(), &mut values)?;
        Ok(values)
    }
}
