//! A search among several alternatives.

use super::Search;

/// Returns the first value that is found. Without a value, the result is unclear if the
/// search of any alternative is unclear.
pub(super) fn first_found<I, T>(
    inputs: impl IntoIterator<Item = I>,
    mut search: impl FnMut(I) -> Search<T>,
) -> Search<T> {
    let mut result = Search::Empty;
    for input in inputs {
        match search(input) {
            Search::Found(value) => return Search::Found(value),
            Search::Unclear(reason) if result_is_empty(&result) => result = Search::Unclear(reason),
            _ => {}
        }
    }
    result
}

fn result_is_empty<T>(result: &Search<T>) -> bool {
    matches!(result, Search::Empty)
}
