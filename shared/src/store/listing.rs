//! Reading the log in the order of time.
//!
//! Ids are ordered by time, so each partition is a list already; the log of one tenant, or of one endpoint, is spread
//! over [`SHARDS`] of them, and a list merges them. It reads from a partition only as far as the page reaches into it:
//! what a page costs does not depend on how much history lies behind it.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use jiff::Timestamp;

use super::deliveries;
use super::events::{self, HEAD};
use super::item::{self, Item};
use super::keys::{self, OPEN_INDEX, OPEN_KEY, PK, SK};
use super::{Log, StoreError};
use crate::aws::Act;
use crate::domain::delivery::{Delivery, Status};
use crate::domain::event::EventHead;
use crate::domain::id::{EndpointId, EventId, SHARDS, TenantId};

/// Part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Events(TenantId),
    Deliveries(EndpointId),
    Open(EndpointId, Status),
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

/// A part of the log, in its order.
#[derive(Debug)]
pub struct Listing {
    log: Log,
    part: Part,
    order: Order,
    shards: Vec<Shard>,
    chunk: i32,
    now: Timestamp,
}

#[derive(Debug)]
struct Shard {
    number: u8,
    read: VecDeque<(EventId, Item)>,
    unread: Unread,
}

/// What of a partition was not read yet.
#[derive(Debug, Clone, Copy)]
enum Unread {
    All,
    Beyond(EventId),
    Nothing,
}

impl Log {
    /// A tenant's events older than `before`, in pages of about `page`.
    pub fn events(&self, tenant: &TenantId, before: Option<EventId>, page: usize, now: Timestamp) -> Listing {
        self.listing(Part::Events(tenant.clone()), Order::NewestFirst, before, page, now)
    }

    /// The deliveries to an endpoint, of events older than `before`, in pages of about `page`.
    pub fn deliveries(&self, endpoint: EndpointId, before: Option<EventId>, page: usize, now: Timestamp) -> Listing {
        self.listing(Part::Deliveries(endpoint), Order::NewestFirst, before, page, now)
    }

    /// The failed, or the retrying, deliveries to an endpoint, of events older than `before`, in pages of about `page`.
    ///
    /// Read from the index, which is brought up to date a moment after the table: what is found there may have moved on.
    pub fn open_deliveries(
        &self,
        (endpoint, status): (EndpointId, Status),
        before: Option<EventId>,
        page: usize,
        now: Timestamp,
    ) -> Listing {
        self.listing(Part::Open(endpoint, status), Order::NewestFirst, before, page, now)
    }

    /// The same, the oldest first, of events newer than `after`.
    pub fn open_deliveries_from_the_oldest(
        &self,
        (endpoint, status): (EndpointId, Status),
        after: Option<EventId>,
        page: usize,
        now: Timestamp,
    ) -> Listing {
        self.listing(Part::Open(endpoint, status), Order::OldestFirst, after, page, now)
    }

    fn listing(&self, part: Part, order: Order, after: Option<EventId>, page: usize, now: Timestamp) -> Listing {
        let unread = after.map_or(Unread::All, Unread::Beyond);
        let shards = (0..SHARDS).map(|number| Shard { number, read: VecDeque::new(), unread }).collect();
        // What a shard is likely to hold of a page, and a little more, so that most pages take one round of queries.
        let chunk = i32::try_from(page / usize::from(SHARDS)).unwrap_or(i32::MAX).saturating_add(3);
        Listing { log: self.clone(), part, order, shards, chunk, now }
    }
}

impl Listing {
    /// The next event of a tenant's.
    pub async fn next_event(&mut self, tenant: &TenantId) -> Result<Option<EventHead>, StoreError> {
        self.next().await?.map(|(_, item)| events::read_head(tenant, item)).transpose()
    }

    /// The next delivery to an endpoint.
    pub async fn next_delivery(&mut self) -> Result<Option<Delivery>, StoreError> {
        self.next().await?.map(|(_, item)| deliveries::read(item)).transpose()
    }

    /// The next id: all that the index tells.
    pub async fn next_id(&mut self) -> Result<Option<EventId>, StoreError> {
        Ok(self.next().await?.map(|(id, _)| id))
    }

    async fn next(&mut self) -> Result<Option<(EventId, Item)>, StoreError> {
        // Every shard must show its first before the first of all is known.
        let (log, part, order, chunk) = (&self.log, &self.part, self.order, self.chunk);
        let dry = self.shards.iter_mut().filter(|shard| shard.read.is_empty());
        try_join_all(dry.map(|shard| shard.read_on(log, part, order, chunk, self.now))).await?;
        let shown = self.shards.iter_mut().filter_map(|shard| shard.read.front().map(|(id, _)| *id).zip(Some(shard)));
        let first = match order {
            Order::NewestFirst => shown.max_by_key(|(id, _)| *id),
            Order::OldestFirst => shown.min_by_key(|(id, _)| *id),
        };
        Ok(first.and_then(|(_, shard)| shard.read.pop_front()))
    }
}

impl Shard {
    /// Reads until there is something to show, or nothing left.
    async fn read_on(
        &mut self,
        log: &Log,
        part: &Part,
        order: Order,
        chunk: i32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (forward, beyond) = match order {
            Order::NewestFirst => (false, "<"),
            Order::OldestFirst => (true, ">"),
        };
        while self.read.is_empty() {
            let (index, key, pk, projection) = match part {
                Part::Events(tenant) => (None, PK, keys::events_of(tenant, self.number), Some(HEAD)),
                Part::Deliveries(endpoint) => (None, PK, keys::deliveries_to(*endpoint, self.number), None),
                Part::Open(endpoint, status) => {
                    let pk = keys::open_deliveries_to(*endpoint, self.number, *status);
                    (Some(OPEN_INDEX.to_owned()), OPEN_KEY, pk, None)
                }
            };
            let query = log.client.query().table_name(&log.table).set_index_name(index).scan_index_forward(forward);
            let query = query.set_projection_expression(projection.map(str::to_owned)).limit(chunk);
            let query = query.expression_attribute_values(":pk", AttributeValue::S(pk));
            let query = match self.unread {
                Unread::All => query.key_condition_expression(format!("{key} = :pk")),
                Unread::Beyond(id) => query
                    .key_condition_expression(format!("{key} = :pk AND {SK} {beyond} :last"))
                    .expression_attribute_values(":last", AttributeValue::S(id.to_string())),
                Unread::Nothing => return Ok(()),
            };
            let page = query.send().await.act("read the log")?;
            let more = page.last_evaluated_key.is_some();
            for item in page.items.unwrap_or_default() {
                let id = item::sort_key("log", &item)?;
                self.unread = Unread::Beyond(id);
                if !item::expired(&item, now) {
                    self.read.push_back((id, item));
                }
            }
            if !more {
                self.unread = Unread::Nothing;
            }
        }
        Ok(())
    }
}
