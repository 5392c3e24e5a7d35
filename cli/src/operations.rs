//! The operations of the registry as the command line names them.

use std::sync::LazyLock;

use isometric_registry::json::{OperationSpec, ParameterSpec};
use isometric_registry::operations;
use isometric_registry::validate::Schema;

use crate::NAME;

/// Returns the name of an operation on the command line.
pub(crate) fn command_name(operation: &OperationSpec) -> String {
    operation.name.replace('_', "-")
}

/// Returns all operations.
pub(crate) fn all() -> impl Iterator<Item = &'static OperationSpec> {
    operations::all().iter().copied()
}

/// Returns the operations that return lists.
pub(crate) fn lists() -> impl Iterator<Item = &'static OperationSpec> {
    all().filter(|operation| operation.items().is_some())
}

/// Returns an operation by its name on the command line.
pub(crate) fn by_name(name: &str) -> Option<&'static OperationSpec> {
    all().find(|operation| command_name(operation) == name)
}

/// An operation that fetches a resource by its identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchOperation {
    pub(crate) operation: &'static OperationSpec,
    pub(crate) parameter: &'static ParameterSpec,
    /// The prefix of the identifiers, such as `ctb_`.
    pub(crate) prefix: &'static str,
}

impl FetchOperation {
    /// Returns `None` for an operation with other required arguments, or that is a write.
    fn new(operation: &'static OperationSpec) -> Option<Self> {
        let parameter = &operation.parameters[operation.identity?];
        let Schema::String(rules) = parameter.schema else { return None };
        let is_only = operation.parameters.iter().filter(|it| it.required).count() == 1;
        let is_fetch = is_only && !operation.is_write() && !rules.prefix.is_empty();
        is_fetch.then_some(Self { operation, parameter, prefix: rules.prefix })
    }

    /// Returns all operations that fetch by identifier.
    pub(crate) fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<FetchOperation>> =
            LazyLock::new(|| all().filter_map(FetchOperation::new).collect());
        &ALL
    }

    /// Returns the operation for an identifier, by its prefix.
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|fetch| id.starts_with(fetch.prefix))
    }

    /// Returns the kind of the resources, such as `credit batch`.
    pub(crate) fn kind(&self) -> String {
        self.operation.name.replace('_', " ")
    }
}

/// Returns the command that lists the resources that a write creates, the newest first.
pub(crate) fn list_command_after(write: &OperationSpec) -> Option<String> {
    let created = write.response?;
    let has_items = |list: &&OperationSpec| {
        list.items().is_some_and(|(_, items)| std::ptr::eq(items.non_null(), created.non_null()))
    };
    let required = |list: &&OperationSpec| list.parameters.iter().filter(|it| it.required).count();
    let list = lists().filter(has_items).min_by_key(required)?;
    let mut command = format!("{NAME} list {}", command_name(list));
    for parameter in list.parameters.iter().filter(|it| it.required) {
        command += &format!(" {}", parameter.name.to_uppercase());
    }
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::{FetchOperation, by_name, list_command_after, lists};

    #[test]
    fn finds_operations_by_prefix() {
        let mut prefixes: Vec<_> = FetchOperation::all().iter().map(|fetch| fetch.prefix).collect();
        prefixes.sort_unstable();
        assert_eq!(
            prefixes,
            ["bpr_", "ctb_", "dlv_", "iss_", "ord_", "org_", "prj_", "ret_", "spl_", "tfr_"]
        );
        assert_eq!(FetchOperation::of("iss_1").unwrap().operation.name, "issuance");
        assert!(FetchOperation::of("xyz_1").is_none());
    }

    #[test]
    fn names_the_list_of_what_a_write_creates() {
        let command = |name| list_command_after(by_name(name).unwrap());
        assert_eq!(
            command("create-retirement").as_deref(),
            Some("isometric-registry list retirements")
        );
        assert_eq!(command("create-stripe-checkout-session"), None);
        assert!(lists().count() > 15);
    }
}
