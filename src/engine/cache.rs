//! The last few results by content, so that looking at a face again costs nothing. Networks are not known here.

use std::collections::VecDeque;

/// Keeps the most recently used values; the least recently used goes first.
#[derive(Debug)]
pub(super) struct RecentCache<Key, Value> {
    /// Most recently used last.
    entries: VecDeque<(Key, Value)>,
    capacity: usize,
}

impl<Key: PartialEq, Value: Clone> RecentCache<Key, Value> {
    /// A cache for this many values.
    pub fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::with_capacity(capacity), capacity }
    }

    /// The value of this key, which becomes the most recently used.
    pub fn get(&mut self, key: &Key) -> Option<Value> {
        let index = self.entries.iter().position(|(held, _)| held == key)?;
        let entry = self.entries.remove(index)?;
        let value = entry.1.clone();
        self.entries.push_back(entry);
        Some(value)
    }

    /// Keeps a value; at capacity the least recently used one goes.
    pub fn put(&mut self, key: Key, value: Value) {
        self.entries.retain(|(held, _)| *held != key);
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_value_goes_first() {
        let mut cache = RecentCache::new(2);
        cache.put(1, "one");
        cache.put(2, "two");
        assert_eq!(cache.get(&1), Some("one"));
        cache.put(3, "three");
        assert_eq!(cache.get(&2), None);
        assert_eq!(cache.get(&1), Some("one"));
        assert_eq!(cache.get(&3), Some("three"));
    }
}
