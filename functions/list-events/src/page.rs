//! Reading one page of a list through its filters.
//!
//! With an endpoint and the status `failed` or `retrying`, the index holds just what is asked for. Any other filter is held
//! against what the list holds anyway, newest first; after [`MOST_READ`] objects, or [`MOST_DELIVERIES`], a page is given as
//! it is, shorter than asked for, with the cursor that leads on. So every request costs what a page costs, whatever the
//! history, and its answer is never too long to be given.

use jiff::Timestamp;
use rail::domain::delivery::{Delivery, Status};
use rail::domain::event::EventHead;
use rail::domain::id::{EndpointId, EventId, TenantId};
use rail::domain::pattern::EventType;
use rail::store::listing::Listing;
use rail::store::{Log, StoreError};

/// The most objects that are read for one page.
const MOST_READ: usize = 1000;

/// With how many deliveries a page ends. An answer may have 6 MB (Lambda), with a backslash before each of its quotes: the
/// deliveries take 220 bytes each, so 2.3 MB with those of the last event, and the metadata of 100 events 3.2 MB at most.
const MOST_DELIVERIES: usize = 10_000;

/// How many objects are read at once when the first of them did not fill the page.
const STEP: usize = 100;

/// What a list is asked for.
pub struct Filter {
    /// Of this status alone.
    pub status: Option<Status>,
    /// Of this type alone.
    pub event_type: Option<EventType>,
}

/// Where a list is read from.
pub enum Source<'a> {
    /// All events of a tenant.
    Tenant(&'a Log, TenantId),
    /// What one endpoint received.
    Endpoint(&'a Log, TenantId, EndpointId),
    /// What of it failed, or is retrying.
    Open(&'a Log, TenantId, EndpointId, Status),
}

/// A page.
pub struct Page {
    /// Events, newest first, with the deliveries to show of each.
    pub found: Vec<(EventHead, Vec<Delivery>)>,
    /// Where the next page begins, if there may be one.
    pub next: Option<EventId>,
}

impl<'a> Source<'a> {
    /// The narrowest source that holds all that is asked for.
    pub fn new(log: &'a Log, tenant: TenantId, endpoint: Option<EndpointId>, status: Option<Status>) -> Self {
        match (endpoint, status) {
            (None, _) => Self::Tenant(log, tenant),
            (Some(endpoint), Some(status @ (Status::Failed | Status::Retrying))) => {
                Self::Open(log, tenant, endpoint, status)
            }
            (Some(endpoint), None | Some(Status::Pending | Status::Delivered)) => Self::Endpoint(log, tenant, endpoint),
        }
    }

    fn newest(&self, before: Option<EventId>, limit: usize, now: Timestamp) -> Listing {
        match self {
            Self::Tenant(log, tenant) => log.events(tenant, before, limit, now),
            Self::Endpoint(log, _, endpoint) => log.deliveries(*endpoint, before, limit, now),
            Self::Open(log, _, endpoint, status) => log.open_deliveries((*endpoint, *status), before, limit, now),
        }
    }

    /// The next `count` objects, as far as there are any, with their deliveries. Those of events are taken off
    /// `deliveries_left`, and where none are left, no event more is read.
    async fn read(
        &self,
        newest: &mut Listing,
        count: usize,
        deliveries_left: &mut usize,
        now: Timestamp,
    ) -> Result<Vec<Read>, StoreError> {
        match self {
            Self::Tenant(log, tenant) => {
                let mut events = Vec::with_capacity(count);
                while events.len() < count
                    && *deliveries_left > 0
                    && let Some(event) = newest.next_event(tenant).await?
                {
                    *deliveries_left = deliveries_left.saturating_sub(event.endpoints.len());
                    events.push(event);
                }
                let deliveries = log.find_deliveries_of_all(&events, now).await?;
                Ok(events.into_iter().zip(deliveries).map(|(event, own)| (event.id, Some((event, own)))).collect())
            }
            Self::Endpoint(log, tenant, _) => {
                let mut deliveries = Vec::with_capacity(count);
                while deliveries.len() < count
                    && let Some(delivery) = newest.next_delivery().await?
                {
                    deliveries.push(delivery);
                }
                let ids = deliveries.iter().map(|delivery| delivery.event).collect();
                with_events(log, tenant, ids, deliveries, now).await
            }
            Self::Open(log, tenant, endpoint, _) => {
                let mut ids = Vec::with_capacity(count);
                while ids.len() < count
                    && let Some(id) = newest.next_id().await?
                {
                    ids.push(id);
                }
                let deliveries = log.find_deliveries(ids.iter().map(|id| (*endpoint, *id)), now).await?;
                with_events(log, tenant, ids, deliveries, now).await
            }
        }
    }
}

/// What was read: the id, and what there is to show of it, if its time is not over.
type Read = (EventId, Option<(EventHead, Vec<Delivery>)>);

async fn with_events(
    log: &Log,
    tenant: &TenantId,
    ids: Vec<EventId>,
    deliveries: Vec<Delivery>,
    now: Timestamp,
) -> Result<Vec<Read>, StoreError> {
    let events = log.find_heads(tenant, &ids, now).await?;
    let read = |id| {
        let event = events.iter().find(|event| event.id == id)?;
        let delivery = deliveries.iter().find(|delivery| delivery.event == id)?;
        Some((event.clone(), vec![delivery.clone()]))
    };
    Ok(ids.into_iter().map(|id| (id, read(id))).collect())
}

/// A page of at most `limit`, of what comes after `before`.
pub async fn read(
    source: &Source<'_>,
    filter: &Filter,
    before: Option<EventId>,
    limit: usize,
    now: Timestamp,
) -> Result<Page, StoreError> {
    let mut newest = source.newest(before, limit, now);
    let (mut found, mut last_found, mut last_read) = (Vec::new(), None, None);
    // One more than the page needs tells whether there is a next page.
    let mut count = limit + 1;
    let (mut left, mut deliveries_left) = (MOST_READ, MOST_DELIVERIES);
    while left > 0 && deliveries_left > 0 {
        left -= count;
        let read = source.read(&mut newest, count, &mut deliveries_left, now).await?;
        let ended = read.len() < count && deliveries_left > 0;
        for (id, shown) in read {
            if let Some(shown) = shown.filter(|(event, deliveries)| filter.admits(event, deliveries)) {
                if found.len() == limit {
                    return Ok(Page { found, next: last_found });
                }
                found.push(shown);
                last_found = Some(id);
            }
            last_read = Some(id);
        }
        if ended {
            return Ok(Page { found, next: None });
        }
        // What is asked for is rare: take larger steps.
        count = STEP.min(left);
    }
    Ok(Page { found, next: last_read })
}

impl Filter {
    fn admits(&self, event: &EventHead, deliveries: &[Delivery]) -> bool {
        let status = || Status::of_event(deliveries.iter().map(Delivery::status));
        self.event_type.as_ref().is_none_or(|wanted| event.event_type == *wanted)
            && self.status.is_none_or(|wanted| status() == wanted)
    }
}
