//! What was costly to find out, remembered for as long as the function's environment lives.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most entries. A memory that is full forgets them all: it fills again with what is in use.
const MOST: usize = 1000;

/// A bounded memory.
#[derive(Debug)]
pub struct Memory<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// What is remembered under this key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.entries().get(key).cloned()
    }

    /// Remembers a value, in place of what was remembered under its key.
    pub fn put(&self, key: K, value: V) {
        let mut entries = self.entries();
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key, value);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<K, V>> {
        // A panic elsewhere cannot have left half an entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_memory_begins_anew_and_never_grows_beyond_its_bound() {
        let memory = Memory::default();
        for number in 0..=MOST {
            memory.put(number, number);
            assert_eq!(memory.get(&number), Some(number));
        }
        assert_eq!(memory.get(&0), None);
        assert_eq!(memory.entries().len(), 1);
    }
}
