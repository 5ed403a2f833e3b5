//! Deliveries, with their attempts inside, in the table `Deliveries`.
//!
//! A delivery is written when its event is published and changed by one conditional write for each transition. Those
//! that failed, wait or are held are in the sparse index `open`; one that succeeds at once never touches it.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, Item, unreadable};
use super::keys::{self, OPEN_KEY};
use super::update::Update;
use super::{Inserted, Log, StoreError};
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
    /// Adds a delivery.
    pub async fn insert_delivery(
        &self,
        delivery: &Delivery,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Inserted<Delivery>, StoreError> {
        let key = keys::delivery(delivery.endpoint, delivery.event);
        let item = item::write(WHAT, key, &DeliveryItem::from(delivery))?;
        match self.put_new("put the delivery", item, expires, now).await? {
            None => Ok(Inserted::New),
            Some(earlier) => read(earlier).map(Inserted::Existing),
        }
    }

    /// The delivery of an event to an endpoint.
    pub async fn find_delivery(
        &self,
        endpoint: EndpointId,
        event: EventId,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let found = self.get("get the delivery", keys::delivery(endpoint, event), now).await?;
        found.map(read).transpose()
    }

    /// These deliveries, in any order.
    pub async fn find_deliveries(
        &self,
        wanted: impl IntoIterator<Item = (EndpointId, EventId)>,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let keys = wanted.into_iter().map(|(endpoint, event)| keys::delivery(endpoint, event)).collect();
        let items = self.get_many("get the deliveries", keys, None, now).await?;
        items.into_iter().map(read).collect()
    }

    /// The deliveries of an event, in the order of its endpoints.
    pub async fn find_deliveries_of(&self, event: &EventHead, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        let mut deliveries = self.find_deliveries_of_all(std::slice::from_ref(event), now).await?;
        deliveries.sort_by_key(|delivery| delivery.endpoint);
        Ok(deliveries)
    }

    /// The deliveries of all of these events, in any order.
    pub async fn find_deliveries_of_all(
        &self,
        events: &[EventHead],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let of_one =
            |event: &EventHead| event.endpoints.iter().map(|endpoint| (*endpoint, event.id)).collect::<Vec<_>>();
        self.find_deliveries(events.iter().flat_map(of_one), now).await
    }

    /// Records a transition of a delivery, provided that it is still at the fence that the transition left from.
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
                UpdateItemError::ConditionalCheckFailedException(failed) => match failed.item {
                    Some(item) => read(item).map(Recorded::Overtaken),
                    None => Ok(Recorded::Missing),
                },
                error => Err(error).act(ACT)?,
            },
        }
    }
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        let Delivery { tenant, endpoint, event, event_type, created_at, state, fence, round, attempts } =
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

/// The delivery that an item holds.
pub(super) fn read(item: Item) -> Result<Delivery, StoreError> {
    let event = item::sort_key(WHAT, &item)?;
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
        state,
        fence: stored.fence,
        round: stored.round,
        attempts: stored.attempts,
    })
}
