//! Items in and out: domain values as attributes, expiry checked.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::keys::{Key, PK, SK};

/// An item as the SDK knows it.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute by which DynamoDB removes what is older than the retention.
pub const EXPIRES_AT: &str = "expiresAt";

/// A value and its key, as an item.
pub fn write(what: &'static str, key: Key, value: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|error| unreadable(what, &error))?;
    item.extend(key.attributes());
    Ok(item)
}

/// The value that an item holds.
pub fn read<T: DeserializeOwned>(what: &'static str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| unreadable(what, &error))
}

/// One attribute, taken out of an item.
pub fn take(what: &'static str, item: &mut Item, name: &'static str) -> Result<AttributeValue, StoreError> {
    item.remove(name).ok_or_else(|| unreadable(what, &format_args!("it has no `{name}`")))
}

/// The sort key of an item, which names what it holds.
pub fn sort_key<T: FromStr<Err: ToString>>(what: &'static str, item: &Item) -> Result<T, StoreError> {
    let text = item.get(SK).and_then(|key| key.as_s().ok()).ok_or_else(|| unreadable(what, &"its key is no text"))?;
    text.parse().map_err(|error| unreadable(what, &error))
}

/// The key of an item; none where it is no text.
pub fn key(item: &Item) -> Option<Key> {
    let text = |name| item.get(name)?.as_s().ok().cloned();
    Some(Key { pk: text(PK)?, sk: text(SK)? })
}

/// The error for an item that this version of the code cannot read.
pub fn unreadable(what: &'static str, problem: &impl ToString) -> StoreError {
    StoreError::Unreadable { what, problem: problem.to_string() }
}

/// The time as DynamoDB wants it for expiry: whole seconds.
pub fn expiry(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

/// Until when the item is kept.
pub fn expires(what: &'static str, item: &Item) -> Result<Timestamp, StoreError> {
    let end = end(item).and_then(|end| Timestamp::from_second(end).ok());
    end.ok_or_else(|| unreadable(what, &"it does not say until when it is kept"))
}

/// Whether the item's time is over. DynamoDB removes late, up to 48 hours: whoever reads checks too.
pub fn expired(item: &Item, now: Timestamp) -> bool {
    end(item).is_some_and(|end| end <= now.as_second())
}

fn end(item: &Item) -> Option<i64> {
    item.get(EXPIRES_AT)?.as_n().ok()?.parse().ok()
}

/// Bytes as an attribute.
pub fn blob(bytes: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_expired_from_its_second_on() {
        let item = Item::from([(EXPIRES_AT.to_owned(), expiry(Timestamp::from_second(100).unwrap()))]);
        assert!(!expired(&item, Timestamp::from_second(99).unwrap()));
        assert!(expired(&item, Timestamp::from_second(100).unwrap()));
        assert!(!expired(&Item::new(), Timestamp::MAX));
    }
}
