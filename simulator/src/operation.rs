//! The operations of the API.

use http::Method;

/// An operation of the spec.
#[derive(Debug)]
pub(crate) struct ServedOperation {
    /// The `operationId`.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The path template below the base URL.
    pub(crate) path: &'static str,
}

/// The served operations, in the order of the spec.
pub(crate) static OPERATIONS: [ServedOperation; 1] =
    [ServedOperation { id: "credit_batch", method: Method::GET, path: "/credit_batches/{id}" }];

/// Returns the operation with this `operationId`.
pub(crate) fn by_id(id: &str) -> Option<&'static ServedOperation> {
    OPERATIONS.iter().find(|operation| operation.id == id)
}

/// Returns the operation of a request to a path below the base URL.
pub(crate) fn by_request(method: &Method, path: &str) -> Option<&'static ServedOperation> {
    let matches = |operation: &&ServedOperation| {
        operation.method == *method && matches_template(path, operation.path)
    };
    OPERATIONS.iter().find(matches)
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

    use super::{OPERATIONS, by_id, by_request, matches_template};

    /// Finds all operations of the spec by the layout of its lines.
    fn spec_operations() -> Vec<(String, String, String)> {
        let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/registry.yaml");
        let spec = std::fs::read_to_string(spec).unwrap();
        let (mut path, mut method) = ("", "");
        let mut operations = Vec::new();
        for line in spec.lines() {
            let indent = line.len() - line.trim_start().len();
            let (key, value) = line.trim().split_once(':').unwrap_or_default();
            match indent {
                2 if key.starts_with('/') => path = key,
                4 => method = key,
                6 if key == "operationId" => {
                    operations.push((
                        value.trim().to_owned(),
                        method.to_uppercase(),
                        path.to_owned(),
                    ));
                }
                _ => (),
            }
        }
        operations
    }

    #[test]
    fn every_operation_is_in_the_spec() {
        let specified = spec_operations();
        for operation in &OPERATIONS {
            let (id, path) = (operation.id.to_owned(), operation.path.to_owned());
            let listed = (id, operation.method.to_string(), path);
            assert!(specified.contains(&listed), "{listed:?} is not one of {specified:?}");
        }
    }

    #[test]
    fn finds_operations_by_id_and_by_request() {
        assert_eq!(by_id("credit_batch").unwrap().path, "/credit_batches/{id}");
        assert!(by_id("no_such_operation").is_none());
        let found = by_request(&Method::GET, "/credit_batches/x").unwrap();
        assert_eq!(found.id, "credit_batch");
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
