//! The deliveries that a request about an event means: all of them, or that to one endpoint.

use super::error::ApiError;
use super::view::EventView;
use crate::clock;
use crate::domain::delivery::Delivery;
use crate::domain::event::EventHead;
use crate::domain::id::{EndpointId, EventId, TenantId};
use crate::store::Log;

/// How often a change of a delivery is tried while it changes under it.
pub const RACES: usize = 5;

/// An event with its deliveries, some of which are meant.
#[derive(Debug)]
pub struct Asked {
    event: EventHead,
    all: Vec<Delivery>,
    endpoint: Option<EndpointId>,
}

impl Asked {
    /// The event of this tenant, and its delivery to this endpoint, or all of them.
    ///
    /// # Errors
    /// When there is no such event, or no such delivery of it.
    pub async fn find(
        log: &Log,
        tenant: &TenantId,
        event: EventId,
        endpoint: Option<EndpointId>,
    ) -> Result<Self, ApiError> {
        let now = clock::now();
        let event = log.find_event(tenant, event, now).await?.ok_or(ApiError::NotFound("event"))?.head;
        let all = log.find_deliveries_of(&event, now).await?;
        let mut asked = Self { event, all, endpoint };
        if endpoint.is_some() && asked.deliveries().next().is_none() {
            return Err(ApiError::NotFound("delivery of this event to that endpoint"));
        }
        Ok(asked)
    }

    /// Those that are meant, to be changed.
    pub fn deliveries(&mut self) -> impl Iterator<Item = &mut Delivery> {
        let endpoint = self.endpoint;
        self.all.iter_mut().filter(move |delivery| endpoint.is_none_or(|meant| delivery.endpoint == meant))
    }

    /// The event as its tenant sees it.
    pub fn into_view(self) -> EventView {
        EventView::new(self.event, &self.all)
    }
}
