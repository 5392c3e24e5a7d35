//! JSON pointers (RFC 6901): where in a document something stands.

use std::fmt;

/// A JSON pointer, such as `/components/schemas/CreditBatchId/minLength`.
///
/// Displays in its URI fragment form, `#/components/...`, the form that `$ref`
/// uses; the whole document is `#`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The member or element `token` of what this points to.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let token = token.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{token}", self.0))
    }

    /// Several steps down at once.
    #[must_use]
    pub fn descend<I: IntoIterator<Item: fmt::Display>>(&self, tokens: I) -> Self {
        tokens.into_iter().fold(self.clone(), |at, token| at.child(token))
    }

    /// Reads the target of a local `$ref`, such as `#/components/schemas/X`.
    ///
    /// Returns `None` where the text is not `#` followed by a JSON pointer.
    pub fn from_reference(reference: &str) -> Option<Self> {
        let path = reference.strip_prefix('#')?;
        (path.is_empty() || path.starts_with('/')).then(|| Self(path.to_owned()))
    }

    /// The steps from the root, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
    }

    /// The last step, unescaped; `None` for the whole document.
    pub fn last(&self) -> Option<String> {
        self.tokens().last()
    }

    /// The plain form: empty for the whole document, otherwise `/a/b`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_in_a_step_is_escaped_and_comes_back() {
        let at = Pointer::root().child("paths").child("/credit_batches/{id}");
        assert_eq!(at.as_str(), "/paths/~1credit_batches~1{id}");
        assert_eq!(at.last().as_deref(), Some("/credit_batches/{id}"));
    }

    #[test]
    fn only_local_references_are_pointers() {
        assert!(Pointer::from_reference("#/components/schemas/X").is_some());
        assert!(Pointer::from_reference("other.yaml#/X").is_none());
        assert!(Pointer::from_reference("#components").is_none());
    }
}
