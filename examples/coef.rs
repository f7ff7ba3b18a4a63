//! A linear regression, pickled by scikit-learn: what did it learn, and how good is it?
//!
//! `cargo run --example coef [MODEL DATA]`

use std::io::Write;

use unpickle::{Estimator, Result, ToArray};

/// What the example prints, for a pickled `LinearRegression` and for `{"X": X, "y": y}`, what it was fitted on.
pub fn coef(model: &str, data: &str, mut out: impl Write) -> Result<()> {
    let file = unpickle::open(model)?; // by `pickle.dump` or by `joblib.dump`
    let model: Estimator<'_> = file.root().extract()?;
    writeln!(out, "{} of scikit-learn {}", model.class(), model.sklearn_version().unwrap_or_default())?;

    // What `fit` learned are arrays: views of the file where memory allows.
    let intercept: f64 = model.attr("intercept_")?.number()?;
    let coef = model.attr("coef_")?.to_array1::<f64>()?;
    writeln!(out, "intercept: {intercept:.6}")?;
    writeln!(out, "coefficients: {coef:.6}")?;

    // With those, a prediction is a line of `ndarray`.
    let data = unpickle::open(data)?;
    let x = data.root().item("X")?.to_array2::<f64>()?;
    let y = data.root().item("y")?.to_array1::<f64>()?;
    let predicted = x.dot(&coef) + intercept;
    writeln!(out, "predicted: {:.3}, was: {:.3}", predicted[0], y[0])?;

    // The coefficient of determination, as `model.score(X, y)`.
    let residual = (&y - &predicted).mapv(|error| error * error).sum();
    let total = (&y - y.mean().unwrap_or(0.0)).mapv(|distance| distance * distance).sum();
    writeln!(out, "R²: {}", 1.0 - residual / total)?;
    Ok(())
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = |place: usize, default: &'static str| args.get(place).map_or(default, String::as_str);
    let model = path(0, "fixtures/sklearn/tutorial-1.9.1.pkl");
    coef(model, path(1, "fixtures/sklearn/tutorial_data-1.9.1.pkl"), std::io::stdout().lock())
}
