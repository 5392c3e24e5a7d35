//! The operations of the API.

use http::Method;
use isometric_registry::operations::{self, OperationSpec};

/// Returns the operation with an `operationId`.
pub(crate) fn by_id(id: &str) -> Option<&'static OperationSpec> {
    operations::all().iter().copied().find(|operation| operation.name == id)
}

/// Returns the operation of a request to a path below the base URL. A path without parameters
/// takes precedence, as OpenAPI requires.
pub(crate) fn by_request(method: &Method, path: &str) -> Option<&'static OperationSpec> {
    at_path(path).into_iter().find(|operation| operation.method == method.as_str())
}

/// Returns the operations at a path below the base URL.
pub(crate) fn at_path(path: &str) -> Vec<&'static OperationSpec> {
    let parameters = |operation: &OperationSpec| operation.path.matches('{').count();
    let operations = operations::all().iter().copied();
    let mut found: Vec<_> =
        operations.filter(|operation| matches_template(path, operation.path)).collect();
    let fewest = found.iter().map(|operation| parameters(operation)).min();
    found.retain(|operation| Some(parameters(operation)) == fewest);
    found
}

fn matches_template(path: &str, template: &str) -> bool {
    let matches = |(segment, expected): (&str, &str)| {
        let is_parameter = expected.starts_with('{');
        if is_parameter { !segment.is_empty() } else { segment == expected }
    };
    path.split('/').count() == template.split('/').count()
        && path.split('/').zip(template.split('/')).all(matches)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{at_path, by_id, by_request, matches_template};

    #[test]
    fn finds_operations_by_id_and_by_request() {
        assert_eq!(by_id("credit_batch").unwrap().path, "/credit_batches/{id}");
        assert!(by_id("no_such_operation").is_none());
        let found = by_request(&Method::GET, "/credit_batches/x").unwrap();
        assert_eq!(found.name, "credit_batch");
        assert!(by_request(&Method::POST, "/credit_batches/x").is_none());
    }

    #[test]
    fn paths_without_parameters_take_precedence() {
        let path = "/retirements/from_oldest_credits";
        let names: Vec<_> = at_path(path).iter().map(|operation| operation.name).collect();
        assert_eq!(names, ["create_retirement_from_oldest_credits"]);
        assert!(by_request(&Method::GET, path).is_none());
    }

    #[test]
    fn template_parameters_match_one_segment_that_is_not_empty() {
        let template = "/a/{id}/b/{other}";
        assert!(matches_template("/a/1/b/2", template));
        for path in ["/a/1/b", "/a/1/b/", "/a//b/2", "/a/1/c/2", "/a/1/b/2/", "/a/1/b/2/3", "a"] {
            assert!(!matches_template(path, template), "{path}");
        }
    }
}
