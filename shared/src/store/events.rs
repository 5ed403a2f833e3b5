//! Events, with their bodies, in the table `Deliveries`. Never changed once written.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, Item, unreadable};
use super::keys;
use super::{Inserted, Log, StoreError};
use crate::domain::event::{Event, EventHead, EventMetadata};
use crate::domain::id::{EndpointId, EventId, TenantId};
use crate::domain::pattern::EventType;
use crate::packing::{Known, Packed};

const WHAT: &str = "event";
const BODY: &str = "body";
/// All attributes but the body.
pub(super) const HEAD: &str = "sk, eventType, createdAt, metadata, endpoints, expiresAt";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventItem {
    event_type: EventType,
    created_at: Timestamp,
    /// As JSON text: DynamoDB's numbers are not JSON's.
    metadata: String,
    endpoints: Vec<EndpointId>,
}

impl Log {
    /// Adds an event.
    pub async fn insert_event(
        &self,
        head: &EventHead,
        body: Packed,
        now: Timestamp,
    ) -> Result<Inserted<(EventHead, Packed)>, StoreError> {
        let EventHead { id, tenant, event_type, created_at, metadata, endpoints, expires } = head.clone();
        let metadata = serde_json::to_string(&metadata).map_err(|error| unreadable(WHAT, &error))?;
        let value = EventItem { event_type, created_at, metadata, endpoints };
        let mut item = item::write(WHAT, keys::event(&tenant, id), &value)?;
        item.insert(BODY.to_owned(), item::blob(body.into_bytes()));
        match self.put_new("put the event", item, expires, now).await? {
            None => Ok(Inserted::New),
            Some(earlier) => read_packed(&tenant, earlier).map(Inserted::Existing),
        }
    }

    /// One event of a tenant.
    pub async fn find_event(
        &self,
        tenant: &TenantId,
        id: EventId,
        now: Timestamp,
    ) -> Result<Option<Event>, StoreError> {
        let found = self.get("get the event", keys::event(tenant, id), now).await?;
        found.map(|item| read(tenant, item)).transpose()
    }

    /// These events of a tenant, without their bodies, in any order.
    pub async fn find_heads(
        &self,
        tenant: &TenantId,
        ids: &[EventId],
        now: Timestamp,
    ) -> Result<Vec<EventHead>, StoreError> {
        let keys = ids.iter().map(|id| keys::event(tenant, *id)).collect();
        let items = self.get_many("get the events", keys, Some(HEAD), now).await?;
        items.into_iter().map(|item| read_head(tenant, item)).collect()
    }
}

fn read_packed(tenant: &TenantId, mut item: Item) -> Result<(EventHead, Packed), StoreError> {
    let AttributeValue::B(packed) = item::take(WHAT, &mut item, BODY)? else {
        return Err(unreadable(WHAT, &"its body is not binary"));
    };
    Ok((read_head(tenant, item)?, Packed::from_bytes(packed.into_inner())))
}

fn read(tenant: &TenantId, item: Item) -> Result<Event, StoreError> {
    let (head, packed) = read_packed(tenant, item)?;
    let body = packed.unpack(Known::from(&head)).map_err(|error| unreadable(WHAT, &error))?;
    Ok(Event { head, body })
}

/// The event's head, from an item with or without the body.
pub(super) fn read_head(tenant: &TenantId, item: Item) -> Result<EventHead, StoreError> {
    let id = item::sort_key(WHAT, &item)?;
    let expires = item::expires(WHAT, &item)?;
    let EventItem { event_type, created_at, metadata, endpoints } = item::read(WHAT, item)?;
    let metadata: EventMetadata = serde_json::from_str(&metadata).map_err(|error| unreadable(WHAT, &error))?;
    Ok(EventHead { id, tenant: tenant.clone(), event_type, created_at, metadata, endpoints, expires })
}
