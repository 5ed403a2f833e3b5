//! Deliveries, with their attempts inside, in the table `Deliveries`.
//!
//! A delivery comes into being with its event, which lists the endpoints it fans out to: that its first attempt is pending
//! needs no item of its own. Its item is written with its first transition, and changed by one conditional write for each that
//! follows. Those that failed, wait or are held are in the sparse index `open`; one that succeeds at once never touches it.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, Item, unreadable};
use super::keys::{self, OPEN_KEY};
use super::update::Update;
use super::{Log, StoreError};
use crate::aws::Act;
use crate::domain::delivery::{Attempt, Delivery, Fence, Reason, State, Status, Trigger};
use crate::domain::event::EventHead;
use crate::domain::id::{EndpointId, EventId, TenantId};
use crate::domain::pattern::EventType;

const WHAT: &str = "delivery";

/// What became of the record of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is recorded.
    Written,
    /// The delivery had moved on; this is what it is.
    Overtaken(Delivery),
    /// There is no such delivery: its time is over.
    Missing,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateName {
    Pending,
    Held,
    Retrying,
    Delivered,
    Failed,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryItem {
    tenant: TenantId,
    endpoint: EndpointId,
    event_type: EventType,
    created_at: Timestamp,
    state: StateName,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<Trigger>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    fence: Fence,
    round: u32,
    attempts: Vec<Attempt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_key: Option<String>,
}

impl Log {
    /// Records the first transition of a delivery, and with it all that is known of the delivery.
    pub async fn record_first(&self, next: &Delivery) -> Result<Recorded, StoreError> {
        const ACT: &str = "record the delivery for the first time";
        let mut item = item::write(WHAT, keys::delivery(next.endpoint, next.event), &DeliveryItem::from(next))?;
        item.insert(item::EXPIRES_AT.to_owned(), item::expiry(next.expires));
        let first = AttributeValue::N(Fence::FIRST.get().to_string());
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        // An earlier version of this code wrote the item with the event.
        let put = put.condition_expression("attribute_not_exists(pk) OR fence = :first");
        let put = put.expression_attribute_values(":first", first);
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Recorded::Written),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(failed) => overtaken(failed.item),
                error => Err(error).act(ACT)?,
            },
        }
    }

    /// Shows in the lists of its endpoint a delivery whose first attempt has to wait.
    pub async fn note_waiting(&self, delivery: &Delivery, now: Timestamp) -> Result<(), StoreError> {
        let item = item::write(WHAT, keys::delivery(delivery.endpoint, delivery.event), &DeliveryItem::from(delivery))?;
        // One that is there already has been noted, or has gone on.
        self.put_new("note the waiting delivery", item, delivery.expires, now).await?;
        Ok(())
    }

    /// Those of these deliveries that have an item; one that cannot be read is an error of its own.
    pub async fn find_each_delivery(
        &self,
        wanted: impl IntoIterator<Item = (EndpointId, EventId)>,
        now: Timestamp,
    ) -> Result<HashMap<(EndpointId, EventId), Result<Delivery, StoreError>>, StoreError> {
        let mut wanted: HashMap<_, _> = wanted.into_iter().map(|of| (keys::delivery(of.0, of.1), of)).collect();
        let items = self.get_many("get the deliveries", wanted.keys().cloned().collect(), None, now).await?;
        let asked = |item: Item| Some((wanted.remove(&item::key(&item)?)?, read(item)));
        Ok(items.into_iter().filter_map(asked).collect())
    }

    /// Those of these deliveries that have an item, in any order.
    pub async fn find_deliveries(
        &self,
        wanted: impl IntoIterator<Item = (EndpointId, EventId)>,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let keys = wanted.into_iter().map(|(endpoint, event)| keys::delivery(endpoint, event)).collect();
        let items = self.get_many("get the deliveries", keys, None, now).await?;
        items.into_iter().map(read).collect()
    }

    /// The deliveries of an event that is not over, in the order of its endpoints.
    pub async fn find_deliveries_of(&self, event: &EventHead, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        Ok(self.find_deliveries_of_all(std::slice::from_ref(event), now).await?.into_iter().flatten().collect())
    }

    /// The deliveries of each of these events, which are not over; those of one in the order of its endpoints.
    pub async fn find_deliveries_of_all(
        &self,
        events: &[EventHead],
        now: Timestamp,
    ) -> Result<Vec<Vec<Delivery>>, StoreError> {
        let of_one =
            |event: &EventHead| event.endpoints.iter().map(|endpoint| (*endpoint, event.id)).collect::<Vec<_>>();
        let wanted: Vec<_> = events.iter().flat_map(of_one).collect();
        let found = self.find_deliveries(wanted, now).await?;
        let name = |delivery: Delivery| ((delivery.endpoint, delivery.event), delivery);
        let mut found: HashMap<_, _> = found.into_iter().map(name).collect();
        // One without an item awaits its first attempt.
        let mut take = |event: &EventHead, endpoint| {
            found.remove(&(endpoint, event.id)).unwrap_or_else(|| Delivery::first_of(event, endpoint))
        };
        Ok(events.iter().map(|event| event.endpoints.iter().map(|endpoint| take(event, *endpoint)).collect()).collect())
    }

    /// Records a transition of a delivery after its first, provided that it is still at the fence that the transition left
    /// from.
    pub async fn record(&self, from: Fence, next: &Delivery) -> Result<Recorded, StoreError> {
        const ACT: &str = "record the delivery";
        let value = DeliveryItem::from(next);
        let request = self.client.update_item().table_name(&self.table);
        let request = request.set_key(Some(keys::delivery(next.endpoint, next.event).attributes()));
        let mut update = Update::of(WHAT, request)
            .set("state", &value.state)?
            .set("fence", &value.fence)?
            .set("round", &value.round)?
            .set_or_remove("trigger", value.trigger.as_ref())?
            .set_or_remove("due", value.due.as_ref())?
            .set_or_remove("reason", value.reason.as_ref())?
            .set_or_remove(OPEN_KEY, value.open_key.as_ref())?;
        if let Some(attempt) = next.attempts.last().filter(|attempt| attempt.fence == from) {
            update = update.append("attempts", std::slice::from_ref(attempt))?;
        }
        let from = serde_dynamo::to_attribute_value(from).map_err(|error| unreadable(WHAT, &error))?;
        let request = update.build().condition_expression("#fence = :from").expression_attribute_values(":from", from);
        let request = request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Recorded::Written),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(failed) => overtaken(failed.item),
                error => Err(error).act(ACT)?,
            },
        }
    }
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        let Delivery { tenant, endpoint, event, event_type, created_at, expires: _, state, fence, round, attempts } =
            delivery.clone();
        let open = |status| Some(keys::open_deliveries_to(endpoint, event.shard(), status));
        let (state, trigger, due, reason, open_key) = match state {
            State::Pending(trigger) => (StateName::Pending, Some(trigger), None, None, None),
            State::Held => (StateName::Held, None, None, None, open(Status::Pending)),
            State::Retrying { due } => (StateName::Retrying, None, Some(due), None, open(Status::Retrying)),
            State::Delivered => (StateName::Delivered, None, None, None, None),
            State::Failed(reason) => (StateName::Failed, None, None, Some(reason), open(Status::Failed)),
        };
        Self { tenant, endpoint, event_type, created_at, state, trigger, due, reason, fence, round, attempts, open_key }
    }
}

/// What stands in the way of a record.
fn overtaken(item: Option<Item>) -> Result<Recorded, StoreError> {
    item.map_or(Ok(Recorded::Missing), |item| read(item).map(Recorded::Overtaken))
}

/// The delivery that an item holds.
pub(super) fn read(item: Item) -> Result<Delivery, StoreError> {
    let event = item::sort_key(WHAT, &item)?;
    let expires = item::expires(WHAT, &item)?;
    let stored: DeliveryItem = item::read(WHAT, item)?;
    let state = match (stored.state, stored.trigger, stored.due, stored.reason) {
        (StateName::Pending, Some(trigger), ..) => State::Pending(trigger),
        (StateName::Held, ..) => State::Held,
        (StateName::Retrying, _, Some(due), _) => State::Retrying { due },
        (StateName::Delivered, ..) => State::Delivered,
        (StateName::Failed, .., Some(reason)) => State::Failed(reason),
        (StateName::Pending | StateName::Retrying | StateName::Failed, ..) => {
            return Err(unreadable(WHAT, &"its state is incomplete"));
        }
    };
    Ok(Delivery {
        tenant: stored.tenant,
        endpoint: stored.endpoint,
        event,
        event_type: stored.event_type,
        created_at: stored.created_at,
        expires,
        state,
        fence: stored.fence,
        round: stored.round,
        attempts: stored.attempts,
    })
}
