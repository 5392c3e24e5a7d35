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
    let matches = |operation: &&OperationSpec| {
        operation.method == method.as_str() && matches_template(path, operation.path)
    };
    let operations = operations::all().iter().copied().filter(matches);
    operations.min_by_key(|operation| operation.path.matches('{').count())
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

    use super::{by_id, by_request, matches_template};

    #[test]
    fn finds_operations_by_id_and_by_request() {
        assert_eq!(by_id("credit_batch").unwrap().path, "/credit_batches/{id}");
        assert!(by_id("no_such_operation").is_none());
        let found = by_request(&Method::GET, "/credit_batches/x").unwrap();
        assert_eq!(found.name, "credit_batch");
        assert!(by_request(&Method::POST, "/credit_batches/x").is_none());
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
