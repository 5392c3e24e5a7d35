//! The order of resources in time.

/// A time, in microseconds since the Unix epoch.
pub(crate) type Microseconds = i64;

/// The resources of one kind, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Timeline(Vec<(Microseconds, u32)>);

impl Timeline {
    /// Adds a resource at its place in time.
    pub(crate) fn insert(&mut self, at: Microseconds, key: u32) {
        let index = self.0.partition_point(|entry| *entry < (at, key));
        self.0.insert(index, (at, key));
    }

    /// Removes a resource, if the timeline has it.
    pub(crate) fn remove(&mut self, at: Microseconds, key: u32) {
        if let Ok(index) = self.0.binary_search(&(at, key)) {
            self.0.remove(index);
        }
    }

    /// Adds a resource at the end. [`sort`](Self::sort) must follow.
    pub(crate) fn push_unsorted(&mut self, at: Microseconds, key: u32) {
        self.0.push((at, key));
    }

    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// Returns the resources, oldest first.
    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.0.iter().map(|(_, key)| *key)
    }
}
