//! Who of a tenant takes which events: what each publishing asks.
//!
//! Reading all endpoints of a tenant costs with their number, and they hardly ever change. So what was read is remembered
//! together with the *edition* of the tenant's endpoints, a small item that every change of them renews; whoever asks reads
//! the edition alone, and the endpoints again only when it is another.
//!
//! # What is promised
//! Whoever got an answer to a change of an endpoint finds it in force: the change is written, then the edition, then the answer
//! is given; and the edition is read, as of this moment, before what is remembered is believed. Where a function ends
//! between the two writes nobody was answered, and the change is in force everywhere after a minute.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::StoreError;
use super::endpoints::{Edition, Endpoints};
use crate::domain::endpoint::{Endpoint, Subscription};
use crate::domain::id::{EndpointId, TenantId};
use crate::domain::pattern::EventType;
use crate::memory::Memory;

/// How long what was read is believed at most, with the edition unchanged.
const TRUST: Duration = Duration::from_secs(60);
/// The most tenants, endpoints and patterns that are remembered, all together. One takes at most some 200 bytes: 10 MB.
const MOST_REMEMBERED: usize = 50_000;

/// The endpoints of tenants, as publishing looks at them.
#[derive(Debug)]
pub struct Directory {
    endpoints: Endpoints,
    known: Memory<TenantId, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    edition: Option<Edition>,
    since: Instant,
    takers: Takers,
}

/// Those of a tenant's endpoints that take events, and which; nothing else of them is remembered.
#[derive(Debug, Clone)]
pub struct Takers(Arc<[(EndpointId, Subscription)]>);

impl Takers {
    /// Those that take an event of this type, oldest first.
    pub fn of(&self, event_type: &EventType) -> Vec<EndpointId> {
        self.0.iter().filter(|(_, subscription)| subscription.matches(event_type)).map(|(id, _)| *id).collect()
    }

    /// How many there are, and their patterns, together.
    fn weight(&self) -> usize {
        self.0.iter().map(|(_, subscription)| 1 + subscription.patterns().len()).sum()
    }
}

impl Directory {
    /// Over these endpoints.
    pub fn new(endpoints: Endpoints) -> Self {
        Self { endpoints, known: Memory::of_weight(MOST_REMEMBERED) }
    }

    /// The tenant's endpoints that take events, as of this moment.
    pub async fn takers(&self, tenant: &TenantId) -> Result<Takers, StoreError> {
        // Before the endpoints: what is read may then be newer than its edition, never older.
        let edition = self.endpoints.edition(tenant).await?;
        let known = self.known.get(tenant);
        if let Some(known) = known.filter(|known| known.edition == edition && known.since.elapsed() < TRUST) {
            return Ok(known.takers);
        }
        let since = Instant::now();
        let open = self.endpoints.list(tenant).await?.into_iter().filter(Endpoint::is_open);
        let takers = Takers(open.map(|endpoint| (endpoint.id, endpoint.subscription)).collect());
        let known = Known { edition, since, takers: takers.clone() };
        self.known.put_weighing(1 + takers.weight(), tenant.clone(), known);
        Ok(takers)
    }
}
