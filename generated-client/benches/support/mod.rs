//! Reports of paired measurements.

/// The times of the client and of an alternative, in seconds, measured in turns.
pub(crate) type Pair = (f64, f64);

/// Prints the median times, and the median ratio of the client to the alternative with its
/// quartiles.
#[expect(clippy::print_stdout, reason = "benchmarks report on stdout")]
pub(crate) fn report(name: &str, pairs: &[Pair]) {
    let (mut client, mut alternative): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let [client, alternative] =
        [&mut client, &mut alternative].map(|times| quantile(times, 0.5) * 1e6);
    let digits = if alternative < 100.0 { 2 } else { 0 };
    println!("{name}: {client:.digits$} µs and {alternative:.digits$} µs");
    let mut ratios: Vec<_> =
        pairs.iter().map(|(client, alternative)| client / alternative).collect();
    let [low, median, high] = [0.25, 0.5, 0.75].map(|share| quantile(&mut ratios, share));
    println!("{name} = {median:.2} ({low:.2} to {high:.2})");
}

/// Returns a quantile: `share` of the values are at most as large.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let index = values.len().saturating_sub(1) as f64 * share;
    values.get(index.round() as usize).copied().unwrap_or(f64::NAN)
}
