//! What was costly to find out, remembered for as long as the function's environment lives.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most entries, where all weigh the same.
const MOST: usize = 1000;

/// A bounded memory. One that is full forgets all: it fills again with what is in use.
#[derive(Debug)]
pub struct Memory<K, V> {
    entries: Mutex<Entries<K, V>>,
    most: usize,
}

#[derive(Debug)]
struct Entries<K, V> {
    all: HashMap<K, (V, usize)>,
    weight: usize,
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self::of_weight(MOST)
    }
}

impl<K, V> Memory<K, V> {
    /// One whose entries together weigh no more than this.
    pub fn of_weight(most: usize) -> Self {
        Self { entries: Mutex::new(Entries { all: HashMap::new(), weight: 0 }), most }
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, (V, Instant)> {
    /// What was learnt under this key, unless that was longer ago than it is believed.
    pub fn believed(&self, key: &K, trust: Duration) -> Option<V> {
        self.get(key).filter(|(_, since)| since.elapsed() < trust).map(|(value, _)| value)
    }

    /// Remembers what was learnt just now.
    pub fn learn(&self, key: K, value: V) {
        self.put(key, (value, Instant::now()));
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// What is remembered under this key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.entries().all.get(key).map(|(value, _)| value.clone())
    }

    /// Remembers a value, in place of what was remembered under its key.
    pub fn put(&self, key: K, value: V) {
        self.put_weighing(1, key, value);
    }

    /// Remembers a value of this weight, in place of what was remembered under its key; one too heavy for the whole memory is
    /// not remembered.
    pub fn put_weighing(&self, weight: usize, key: K, value: V) {
        let mut entries = self.entries();
        if let Some((_, before)) = entries.all.remove(&key) {
            entries.weight -= before;
        }
        if entries.weight + weight > self.most {
            entries.all.clear();
            entries.weight = 0;
        }
        if weight <= self.most {
            entries.all.insert(key, (value, weight));
            entries.weight += weight;
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        // A panic elsewhere cannot have left half an entry.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(memory.entries().all.len(), 1);
    }

    #[test]
    fn entries_together_weigh_no_more_than_the_memory_holds() {
        let memory = Memory::of_weight(10);
        memory.put_weighing(6, "a", 1);
        memory.put_weighing(4, "b", 2);
        assert_eq!((memory.get(&"a"), memory.get(&"b")), (Some(1), Some(2)));
        // In place of itself: the others stay.
        memory.put_weighing(5, "a", 3);
        assert_eq!((memory.get(&"a"), memory.get(&"b")), (Some(3), Some(2)));
        memory.put_weighing(2, "c", 4);
        assert_eq!((memory.get(&"a"), memory.get(&"b"), memory.get(&"c")), (None, None, Some(4)));
        memory.put_weighing(11, "d", 5);
        assert_eq!(memory.get(&"d"), None);
    }
}
