//! Interned strings.

use std::collections::HashMap;
use std::num::NonZeroU32;

use compact_str::CompactString;

/// The approximate size of an interned string of up to 24 bytes, in bytes.
const NAME_SIZE: usize = 80;

/// The key of an interned string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(NonZeroU32);

/// Strings that are stored once each, such as identifiers.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    keys: HashMap<CompactString, Key>,
    texts: Vec<CompactString>,
    /// The approximate size in bytes.
    pub(super) bytes: usize,
}

impl Names {
    /// Returns the key of a string.
    ///
    /// # Panics
    ///
    /// Panics after 2^32 - 1 strings. [`Records`](super::Records) stops at its limit in bytes,
    /// which is lower.
    pub(super) fn intern(&mut self, text: &str) -> Key {
        if let Some(key) = self.keys.get(text) {
            return *key;
        }
        self.texts.push(text.into());
        let number = u32::try_from(self.texts.len()).ok().and_then(NonZeroU32::new);
        #[expect(clippy::expect_used, reason = "the limit in bytes is reached first")]
        let key = Key(number.expect("fewer than 2^32 strings"));
        self.keys.insert(text.into(), key);
        self.bytes += NAME_SIZE + 2 * text.len().saturating_sub(size_of::<CompactString>());
        key
    }

    /// Returns the key of a string that was interned.
    pub(super) fn find(&self, text: &str) -> Option<Key> {
        self.keys.get(text).copied()
    }

    /// Returns an interned string.
    pub(super) fn text(&self, key: Key) -> &str {
        let index = key.0.get() as usize - 1;
        self.texts.get(index).map_or("", CompactString::as_str)
    }
}
