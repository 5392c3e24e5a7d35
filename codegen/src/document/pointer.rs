//! JSON pointers (RFC 6901).

use std::fmt;

/// A JSON pointer, such as `/components/schemas/CreditBatchId/minLength`.
///
/// Displays as a URI fragment, `#/components/...`, the form that `$ref` uses. The root
/// is `#`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// Returns the pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// Appends one token: the key of a member or the index of an element.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let token = token.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{token}", self.0))
    }

    /// Appends several tokens.
    #[must_use]
    pub fn descend<I: IntoIterator<Item: fmt::Display>>(&self, tokens: I) -> Self {
        tokens.into_iter().fold(self.clone(), |at, token| at.child(token))
    }

    /// Parses the target of a local `$ref`, such as `#/components/schemas/X`. Returns
    /// `None` if the string is not `#` followed by a JSON pointer.
    pub fn from_reference(reference: &str) -> Option<Self> {
        let path = reference.strip_prefix('#')?;
        (path.is_empty() || path.starts_with('/')).then(|| Self(path.to_owned()))
    }

    /// Returns the unescaped tokens from the root.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
    }

    /// Returns the last token, unescaped. The root has no token.
    pub fn last(&self) -> Option<String> {
        self.tokens().last()
    }

    /// Returns the plain form `/a/b`. The root is the empty string.
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
    fn escapes_and_unescapes_slashes() {
        let at = Pointer::root().child("paths").child("/credit_batches/{id}");
        assert_eq!(at.as_str(), "/paths/~1credit_batches~1{id}");
        assert_eq!(at.last().as_deref(), Some("/credit_batches/{id}"));
    }

    #[test]
    fn accepts_only_local_references() {
        assert!(Pointer::from_reference("#/components/schemas/X").is_some());
        assert!(Pointer::from_reference("other.yaml#/X").is_none());
        assert!(Pointer::from_reference("#components").is_none());
    }
}
