//! Puts figures side by side: one line a ratio.

use std::fmt;

/// A figure with the range that it may as well be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// The least.
    pub(crate) low: f64,
    /// The likeliest.
    pub(crate) middle: f64,
    /// The greatest.
    pub(crate) high: f64,
}

/// As in `0.70 (0.68 to 0.73)`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.middle, self.low, self.high)
    }
}

/// Says how one figure is to another.
#[expect(clippy::print_stdout, reason = "a benchmark is there to report")]
pub(crate) fn report(name: &str, ratio: Figure) {
    println!("{name} = {ratio}");
}
