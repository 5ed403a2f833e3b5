//! API keys in the table `Endpoints`.
//!
//! A key is found by its hash. Revoked keys stay, so that the list of keys tells who could do what, and when.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{self, Item};
use super::keys::{self, API_KEY_PREFIX, PK, SK};
use crate::aws::Act;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::{ApiKey, KeyHash, Scope};
use crate::domain::pace::Rate;

const WHAT: &str = "API key";

/// The API keys.
#[derive(Debug, Clone)]
pub struct ApiKeys {
    client: Client,
    table: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyItem {
    id: KeyId,
    tenant: TenantId,
    scopes: Vec<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<Rate>,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl ApiKeys {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The key of this hash, revoked or not.
    pub async fn find(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StoreError> {
        let found = self.client.get_item().table_name(&self.table).set_key(Some(keys::api_key(hash).attributes()));
        found.send().await.act("get the API key")?.item.map(read).transpose()
    }

    /// Adds a key.
    pub async fn insert(&self, hash: &KeyHash, key: &ApiKey) -> Result<(), StoreError> {
        let ApiKey { id, tenant, scopes, rate_limit, created_at, revoked_at } = key.clone();
        let value = KeyItem { id, tenant, scopes, rate_limit, created_at, revoked_at };
        let item = item::write(WHAT, keys::api_key(hash), &value)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").send().await.act("put the API key")?;
        Ok(())
    }

    /// Every key, oldest first. Reads the whole table: for operators, not for routes.
    pub async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys = self.items().await?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| key.id);
        Ok(keys)
    }

    /// Revokes the key that operators know by this id; `None` when there is none. Reads the whole table.
    ///
    /// Functions that have used the key go on for at most 60 seconds.
    pub async fn revoke(&self, id: KeyId, now: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        for mut found in self.items().await? {
            let key = read(found.clone())?;
            if key.id != id {
                continue;
            }
            if key.revoked_at.is_some() {
                return Ok(Some(key));
            }
            let (pk, sk) = (item::take(WHAT, &mut found, PK)?, item::take(WHAT, &mut found, SK)?);
            let update = self.client.update_item().table_name(&self.table).key(PK, pk).key(SK, sk);
            let update = update.update_expression("SET revokedAt = :now");
            let update = update.expression_attribute_values(":now", AttributeValue::S(now.to_string()));
            update.condition_expression("attribute_exists(pk)").send().await.act("revoke the API key")?;
            return Ok(Some(ApiKey { revoked_at: Some(now), ..key }));
        }
        Ok(None)
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan.filter_expression("begins_with(pk, :prefix)");
        let scan = scan.expression_attribute_values(":prefix", AttributeValue::S(API_KEY_PREFIX.to_owned()));
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        Ok(items.act("scan for API keys")?)
    }
}

fn read(item: Item) -> Result<ApiKey, StoreError> {
    let KeyItem { id, tenant, scopes, rate_limit, created_at, revoked_at } = item::read(WHAT, item)?;
    Ok(ApiKey { id, tenant, scopes, rate_limit, created_at, revoked_at })
}
