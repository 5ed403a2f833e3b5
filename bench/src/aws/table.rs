//! Tables: items by their keys, each partition in the order of the sort key, and the index of what is open.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

use super::attribute::{Attribute, Item, item_size};

/// The attributes of the keys, of tables and index: those of `rail`'s `store/keys.rs`.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// The index's partition key.
pub const OPEN_KEY: &str = "openKey";
/// The index.
pub const OPEN_INDEX: &str = "open";

/// The most that an item may weigh.
const MOST_BYTES: usize = 400 * 1024;

/// The tables. Each comes into being when it is first named.
#[derive(Debug, Default)]
pub struct Tables(HashMap<String, Table>);

/// A table.
#[derive(Debug)]
pub struct Table {
    sorted: bool,
    indexed: bool,
    items: Partitions,
    open: Partitions,
}

/// Where an item stands within its partition: by the sort key and, in an index, by the partition key of the table.
pub type Place = (String, String);

/// Partitions, by their keys.
pub type Partitions = HashMap<String, BTreeMap<Place, Stored>>;

/// The full key of an item in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pk: String,
    place: Place,
}

/// An item, weighed.
#[derive(Debug, Clone)]
pub struct Stored {
    /// It.
    pub item: Arc<Item>,
    /// What it weighs, in bytes.
    pub size: usize,
}

impl Stored {
    /// This item.
    pub fn new(item: Item) -> Self {
        let size = item_size(&item);
        Self { item: Arc::new(item), size }
    }

    /// Its entry in the index, which has the keys alone.
    pub fn index_entry(&self) -> Option<Self> {
        let keys = [PK, SK, OPEN_KEY];
        let entry: Item = keys.iter().filter_map(|key| self.item.get_key_value(*key)).map(owned).collect();
        (entry.len() == keys.len()).then(|| Self::new(entry))
    }

    fn to_value(&self) -> Value {
        serde_json::to_value(&*self.item).unwrap_or_default()
    }
}

impl Tables {
    /// The table of this name. A name says what a table is: one of clocks has no sort key, the log has the index.
    pub fn named(&mut self, name: &str) -> &mut Table {
        self.0.entry(name.to_owned()).or_insert_with(|| Table::new(name))
    }

    /// Puts an item that is given as DynamoDB's JSON.
    pub fn seed(&mut self, table: &str, item: Value) -> Result<(), String> {
        let stored = Stored::new(serde_json::from_value(item).map_err(|problem| problem.to_string())?);
        let table = self.named(table);
        let key = table.key_of(&stored)?;
        table.put(key, stored);
        Ok(())
    }

    /// How many items a table has.
    pub fn count(&self, table: &str) -> usize {
        self.0.get(table).map_or(0, |table| table.items.values().map(BTreeMap::len).sum())
    }

    /// Every item of a table, as DynamoDB's JSON.
    pub fn items(&self, table: &str) -> Vec<Value> {
        let partitions = self.0.get(table).into_iter().flat_map(|table| table.items.values());
        partitions.flat_map(BTreeMap::values).map(Stored::to_value).collect()
    }

    /// One item of a table, as DynamoDB's JSON.
    pub fn item(&self, table: &str, pk: &str, sk: &str) -> Option<Value> {
        let table = self.0.get(table)?;
        let sk = if table.sorted { sk } else { "" };
        table.get(&Key { pk: pk.to_owned(), place: (sk.to_owned(), String::new()) }).map(Stored::to_value)
    }
}

impl Table {
    fn new(name: &str) -> Self {
        let (sorted, indexed) = (!name.starts_with("Limits"), name.starts_with("Deliveries"));
        Self { sorted, indexed, items: Partitions::new(), open: Partitions::new() }
    }

    /// Whether it has the index.
    pub fn indexed(&self) -> bool {
        self.indexed
    }

    /// The key that these attributes are, and nothing else.
    pub fn key(&self, attributes: &Item) -> Result<Key, String> {
        if attributes.len() != 1 + usize::from(self.sorted) {
            return Err(format!("{attributes:?} are not the key's attributes"));
        }
        self.key_in(attributes)
    }

    /// The key of an item that can be in the table.
    pub fn key_of(&self, stored: &Stored) -> Result<Key, String> {
        if stored.size > MOST_BYTES {
            return Err(format!("an item of {} bytes is too long", stored.size));
        }
        if self.indexed && stored.item.get(OPEN_KEY).is_some_and(|key| text(key).is_err()) {
            return Err(format!("{OPEN_KEY} must be a text"));
        }
        self.key_in(&stored.item)
    }

    fn key_in(&self, item: &Item) -> Result<Key, String> {
        let part = |name| item.get(name).ok_or_else(|| format!("the key's {name} is missing")).and_then(text);
        let sk = if self.sorted { part(SK)? } else { String::new() };
        Ok(Key { pk: part(PK)?, place: (sk, String::new()) })
    }

    /// The item of this key.
    pub fn get(&self, key: &Key) -> Option<&Stored> {
        self.items.get(&key.pk)?.get(&key.place)
    }

    /// Puts an item, in the place of the one that was there.
    pub fn put(&mut self, key: Key, stored: Stored) {
        self.remove_open(&key);
        if let Some((partition, place)) = self.place_in_index(&stored.item)
            && let Some(entry) = stored.index_entry()
        {
            self.open.entry(partition).or_default().insert(place, entry);
        }
        self.items.entry(key.pk).or_default().insert(key.place, stored);
    }

    /// Removes an item.
    pub fn remove(&mut self, key: &Key) {
        self.remove_open(key);
        if let Some(partition) = self.items.get_mut(&key.pk) {
            partition.remove(&key.place);
        }
    }

    /// Of the table itself, or of its index: what stands between two places of a partition, in this order.
    pub fn between(
        &self,
        open: bool,
        partition: &str,
        (from, to): (Bound<Place>, Bound<Place>),
        forward: bool,
    ) -> Box<dyn Iterator<Item = &Stored> + '_> {
        let partitions = if open { &self.open } else { &self.items };
        let Some(partition) = partitions.get(partition).filter(|_| !is_empty(&from, &to)) else {
            return Box::new(std::iter::empty());
        };
        let range = partition.range((from, to)).map(|(_, stored)| stored);
        if forward { Box::new(range) } else { Box::new(range.rev()) }
    }

    fn remove_open(&mut self, key: &Key) {
        let there = self.get(key).and_then(|there| self.place_in_index(&there.item));
        if let Some((partition, place)) = there
            && let Some(partition) = self.open.get_mut(&partition)
        {
            partition.remove(&place);
        }
    }

    fn place_in_index(&self, item: &Item) -> Option<(String, Place)> {
        let part = |name| item.get(name).and_then(Attribute::text).map(str::to_owned);
        if self.indexed { Some((part(OPEN_KEY)?, (part(SK)?, part(PK)?))) } else { None }
    }
}

fn owned((name, value): (&String, &Attribute)) -> (String, Attribute) {
    (name.clone(), value.clone())
}

fn text(attribute: &Attribute) -> Result<String, String> {
    let text = attribute.text().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| format!("{attribute:?} is no key"))
}

/// Whether nothing can lie between: the standard library does not take such a range.
fn is_empty(from: &Bound<Place>, to: &Bound<Place>) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open(tables: &mut Tables, key: &str) -> usize {
        let all = (Bound::Unbounded, Bound::Unbounded);
        tables.named("Deliveries").between(true, key, all, true).count()
    }

    #[test]
    fn the_index_follows_its_items() {
        let mut tables = Tables::default();
        let item = |key: &str| json!({ "pk": { "S": "p" }, "sk": { "S": "1" }, "openKey": { "S": key } });
        tables.seed("Deliveries", item("retrying")).unwrap();
        assert_eq!(open(&mut tables, "retrying"), 1);
        tables.seed("Deliveries", item("failed")).unwrap();
        assert_eq!((open(&mut tables, "retrying"), open(&mut tables, "failed")), (0, 1));
        tables.seed("Deliveries", json!({ "pk": { "S": "p" }, "sk": { "S": "1" } })).unwrap();
        assert_eq!((open(&mut tables, "failed"), tables.count("Deliveries")), (0, 1));
    }

    #[test]
    fn an_item_is_found_again_as_it_was_given() {
        let mut tables = Tables::default();
        let clock = json!({ "pk": { "S": "ENDPOINT#1" }, "next": { "N": "1" } });
        tables.seed("Limits", clock.clone()).unwrap();
        assert_eq!(tables.item("Limits", "ENDPOINT#1", ""), Some(clock.clone()));
        assert_eq!(tables.items("Limits").len(), 1);
        tables.seed("Endpoints", clock).unwrap_err();
    }
}
