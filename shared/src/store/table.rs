//! The table `Deliveries`: what reading and writing any of its items has in common.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::item::{self, Item};
use super::keys::Key;
use crate::aws::{Act, AwsError};

/// The most keys of one `BatchGetItem`.
const BATCH: usize = 100;
/// How often what DynamoDB left undone of a batch is asked for again, and the first wait between.
const BATCH_TRIES: u32 = 8;
const BATCH_WAIT: Duration = Duration::from_millis(25);

/// The table `Deliveries`, the log: events and deliveries.
#[derive(Debug, Clone)]
pub struct Log {
    pub(super) client: Client,
    pub(super) table: String,
}

/// What became of an insertion that may have happened before.
#[derive(Debug, Clone, PartialEq)]
pub enum Inserted<T> {
    /// It was not there, and is now.
    New,
    /// It was there already: this.
    Existing(T),
}

impl Log {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Puts an item that is absent, or whose time is over; gives back the one that is in the way.
    pub(super) async fn put_new(
        &self,
        act: &'static str,
        mut item: Item,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Item>, AwsError> {
        item.insert(item::EXPIRES_AT.to_owned(), item::expiry(expires));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk) OR expiresAt <= :now");
        let put = put.expression_attribute_values(":now", item::expiry(now));
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.into_service_error() {
                aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) => {
                    failed.item.map(Some).ok_or("the item in the way was not returned").act(act)
                }
                error => Err(error).act(act),
            },
        }
    }

    /// One item whose time is not over.
    pub(super) async fn get(&self, act: &'static str, key: Key, now: Timestamp) -> Result<Option<Item>, AwsError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let found = get.consistent_read(true).send().await.act(act)?.item;
        Ok(found.filter(|item| !item::expired(item, now)))
    }

    /// The items of these keys whose time is not over, in any order. The keys must differ.
    pub(super) async fn get_many(
        &self,
        act: &'static str,
        keys: Vec<Key>,
        projection: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Item>, AwsError> {
        let mut items = get_many((&self.client, &self.table), act, keys, projection).await?;
        items.retain(|item| !item::expired(item, now));
        Ok(items)
    }
}

/// The items of these keys in a table, as of this moment, in any order. The keys must differ.
pub(super) async fn get_many(
    of: (&Client, &str),
    act: &'static str,
    keys: Vec<Key>,
    projection: Option<&str>,
) -> Result<Vec<Item>, AwsError> {
    Ok(try_join_all(keys.chunks(BATCH).map(|keys| get_batch(of, act, keys, projection))).await?.concat())
}

async fn get_batch(
    (client, table): (&Client, &str),
    act: &'static str,
    keys: &[Key],
    projection: Option<&str>,
) -> Result<Vec<Item>, AwsError> {
    let keys = keys.iter().cloned().map(Key::attributes).collect();
    let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
    let wanted = wanted.set_projection_expression(projection.map(str::to_owned)).build().act(act)?;
    let mut wanted = HashMap::from([(table.to_owned(), wanted)]);
    let mut items = Vec::new();
    let mut wait = BATCH_WAIT;
    for _ in 0..BATCH_TRIES {
        let got = client.batch_get_item().set_request_items(Some(wanted)).send().await.act(act)?;
        items.extend(got.responses.into_iter().flatten().flat_map(|(_, items)| items));
        wanted = got.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(items);
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    Err("DynamoDB left part of the batch undone").act(act)
}
