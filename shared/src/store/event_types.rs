//! The catalog of event types, in the table `Endpoints`.
//!
//! What comes with the rail has no item. An item of its name stands in its place, or says that it was removed.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{self, Item, unreadable};
use super::keys::{self, EVENT_TYPES};
use crate::aws::Act;
use crate::domain::catalog::{CatalogEntry, built_in, built_in_named};
use crate::domain::pattern::EventType;

const WHAT: &str = "event type";
/// The attribute that tells an entry from what says that one was removed.
const IS: &str = "is";
const REMOVED: &str = "removed";

/// The catalog.
#[derive(Debug, Clone)]
pub struct EventTypes {
    client: Client,
    table: String,
}

/// What was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was not in the catalog before.
    Added,
    /// It stands in the place of what was.
    Replaced,
}

/// What the table has under the name of an event type.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum EventTypeItem {
    Entry {
        /// As JSON text: DynamoDB's numbers are not JSON's.
        entry: String,
    },
    Removed,
}

impl EventTypes {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// All of them, by name.
    pub async fn list(&self) -> Result<Vec<CatalogEntry>, StoreError> {
        let mut entries: BTreeMap<_, _> =
            built_in().iter().map(|entry| (entry.name.clone(), Some(entry.clone()))).collect();
        for item in self.items(None).await? {
            entries.insert(item::sort_key(WHAT, &item)?, read(item)?);
        }
        Ok(entries.into_values().flatten().collect())
    }

    /// The names of all of them, in order.
    pub async fn names(&self) -> Result<BTreeSet<EventType>, StoreError> {
        let mut names: BTreeSet<_> = built_in().iter().map(|entry| entry.name.clone()).collect();
        for item in self.items(Some(IS)).await? {
            let name = item::sort_key(WHAT, &item)?;
            if item.get(IS).and_then(|is| is.as_s().ok()).is_some_and(|is| is == REMOVED) {
                names.remove(&name);
            } else {
                names.insert(name);
            }
        }
        Ok(names)
    }

    /// What the table has: all of each item, or its name and this attribute.
    async fn items(&self, attribute: Option<&str>) -> Result<Vec<Item>, StoreError> {
        let query = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(EVENT_TYPES.to_owned()));
        let query = match attribute {
            Some(attribute) => query.projection_expression("sk, #it").expression_attribute_names("#it", attribute),
            None => query,
        };
        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        Ok(items.act("list the event types")?)
    }

    /// One of them.
    pub async fn find(&self, name: &EventType) -> Result<Option<CatalogEntry>, StoreError> {
        let get = self.client.get_item().table_name(&self.table);
        let found = get.set_key(Some(keys::event_type(name).attributes())).send().await.act("get the event type")?;
        match found.item {
            Some(item) => read(item),
            None => Ok(built_in_named(name).cloned()),
        }
    }

    /// Adds one, or puts it in the place of that of its name.
    pub async fn put(&self, entry: &CatalogEntry) -> Result<Put, StoreError> {
        let text = serde_json::to_string(entry).map_err(|error| unreadable(WHAT, &error))?;
        let before = self.write(&entry.name, &EventTypeItem::Entry { entry: text }).await?;
        Ok(if before { Put::Replaced } else { Put::Added })
    }

    /// Removes one. Whether it was there.
    pub async fn remove(&self, name: &EventType) -> Result<bool, StoreError> {
        if built_in_named(name).is_some() {
            return self.write(name, &EventTypeItem::Removed).await;
        }
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.set_key(Some(keys::event_type(name).attributes())).return_values(ReturnValue::AllOld);
        Ok(delete.send().await.act("remove the event type")?.attributes.is_some())
    }

    /// Writes the item of this name. Whether the catalog had the event type before.
    async fn write(&self, name: &EventType, value: &EventTypeItem) -> Result<bool, StoreError> {
        let item = item::write(WHAT, keys::event_type(name), value)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let before = put.return_values(ReturnValue::AllOld).send().await.act("put the event type")?.attributes;
        match before {
            Some(item) => Ok(read(item)?.is_some()),
            None => Ok(built_in_named(name).is_some()),
        }
    }
}

/// The entry that an item holds; none where it says that there is none any more.
fn read(item: Item) -> Result<Option<CatalogEntry>, StoreError> {
    match item::read(WHAT, item)? {
        EventTypeItem::Entry { entry } => {
            serde_json::from_str(&entry).map_err(|error| unreadable(WHAT, &error)).map(Some)
        }
        EventTypeItem::Removed => Ok(None),
    }
}
