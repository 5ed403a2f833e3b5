//! The keys of all tables. Nothing else spells one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::domain::delivery::Status;
use crate::domain::event::IdempotencyKey;
use crate::domain::id::{EndpointId, EventId, KeyId, RecoveryId, TenantId};
use crate::domain::key::KeyHash;
use crate::domain::pattern::EventType;

/// Partition key of all tables.
pub const PK: &str = "pk";
/// Sort key of `Endpoints` and `Deliveries`, and of the index.
pub const SK: &str = "sk";
/// The sparse index of `Deliveries`: what is failed, retrying or held.
pub const OPEN_INDEX: &str = "open";
/// Its partition key; an item without it is not in the index.
pub const OPEN_KEY: &str = "openKey";

/// How the partition of an API key begins.
pub const API_KEY_PREFIX: &str = "KEY#";

/// A full primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    /// As the attributes that name an item.
    pub fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

/// Of an API key.
pub fn api_key(hash: &KeyHash) -> Key {
    Key { pk: format!("{API_KEY_PREFIX}{}", hash.as_str()), sk: "KEY".to_owned() }
}

/// The partition of a tenant's endpoints.
pub fn endpoints_of(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}")
}

/// Of an endpoint.
pub fn endpoint(tenant: &TenantId, id: EndpointId) -> Key {
    Key { pk: endpoints_of(tenant), sk: id.to_string() }
}

/// Of the edition of a tenant's endpoints.
pub fn edition(tenant: &TenantId) -> Key {
    Key { pk: format!("EDITION#{tenant}"), sk: "EDITION".to_owned() }
}

/// A partition of a tenant's events.
pub fn events_of(tenant: &TenantId, shard: u8) -> String {
    format!("TENANT#{tenant}#{shard}")
}

/// Of an event.
pub fn event(tenant: &TenantId, id: EventId) -> Key {
    Key { pk: events_of(tenant, id.shard()), sk: id.to_string() }
}

/// A partition of an endpoint's deliveries.
pub fn deliveries_to(endpoint: EndpointId, shard: u8) -> String {
    format!("ENDPOINT#{endpoint}#{shard}")
}

/// Of a delivery.
pub fn delivery(endpoint: EndpointId, event: EventId) -> Key {
    Key { pk: deliveries_to(endpoint, event.shard()), sk: event.to_string() }
}

/// A partition of the index: an endpoint's deliveries of one status.
pub fn open_deliveries_to(endpoint: EndpointId, shard: u8, status: Status) -> String {
    format!("{}#{}", deliveries_to(endpoint, shard), status.as_str())
}

/// Of the clock of an endpoint's rate, in `Limits`.
pub fn endpoint_clock(endpoint: EndpointId) -> String {
    format!("ENDPOINT#{endpoint}")
}

/// Of the clock of an API key's rate, in `Limits`.
pub fn api_key_clock(key: KeyId) -> String {
    format!("{API_KEY_PREFIX}{key}")
}

/// Of what is remembered about an idempotency key.
pub fn idempotency(tenant: &TenantId, key: &IdempotencyKey) -> Key {
    Key { pk: format!("IDEMPOTENCY#{tenant}#{}", key.hash()), sk: "IDEMPOTENCY".to_owned() }
}

/// Of a recovery.
pub fn recovery(tenant: &TenantId, id: RecoveryId) -> Key {
    Key { pk: format!("RECOVERY#{tenant}"), sk: id.to_string() }
}

/// The partition of the catalog of event types, which is the operator's.
pub const EVENT_TYPES: &str = "EVENT_TYPES";

/// Of an event type of the catalog.
pub fn event_type(name: &EventType) -> Key {
    Key { pk: EVENT_TYPES.to_owned(), sk: name.to_string() }
}
