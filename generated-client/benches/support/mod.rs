//! Puts what two programs took side by side.

/// What ours and the other took, in seconds, measured in turns.
pub(crate) type Pair = (f64, f64);

/// Says what the pairs are in the middle, and how the first of a pair is to the second,
/// with the quartiles.
#[expect(clippy::print_stdout, reason = "a benchmark is there to report")]
pub(crate) fn report(name: &str, pairs: &[Pair]) {
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let [ours, theirs] = [&mut ours, &mut theirs].map(|times| quantile(times, 0.5) * 1e6);
    let digits = if theirs < 100.0 { 2 } else { 0 };
    println!("{name}: {ours:.digits$} µs and {theirs:.digits$} µs");
    let mut ratios: Vec<_> = pairs.iter().map(|(ours, theirs)| ours / theirs).collect();
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&mut ratios, share));
    println!("{name} = {middle:.2} ({low:.2} to {high:.2})");
}

/// The value that this share of the values is not above.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let index = values.len().saturating_sub(1) as f64 * share;
    values.get(index.round() as usize).copied().unwrap_or(f64::NAN)
}
