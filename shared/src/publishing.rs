//! Publishing an event: from its acceptance to the queue.
//!
//! # The order, and what it promises
//! (idempotency record) → event, with the endpoints it fans out to → deliveries → queue → answer. Nobody is told that an
//! event was accepted before the queue has taken a message for each of its deliveries. Each write is conditional on absence,
//! so a client that got no answer repeats with its idempotency key: what is missing is completed, what is there stays.

use futures::stream::{StreamExt, TryStreamExt, iter};
use jiff::Timestamp;

use crate::aws::AwsError;
use crate::clock;
use crate::domain::announcement::Announcement;
use crate::domain::delivery::{Delivery, Fence, State, Trigger};
use crate::domain::endpoint::Endpoint;
use crate::domain::event::{Body, Data, Event, EventHead, EventMetadata, Retention};
use crate::domain::id::{EventId, TenantId};
use crate::domain::pattern::EventType;
use crate::queue::{Message, PackedBody, Queue};
use crate::store::endpoints::Endpoints;
use crate::store::{Claim, Idempotency, Inserted, Log, StoreError};

/// How many deliveries are written at once.
const WRITES_AT_ONCE: usize = 32;

/// Publishes events.
#[derive(Debug)]
pub struct Publisher {
    /// Where to look for who subscribes.
    pub endpoints: Endpoints,
    /// Where events and deliveries are written.
    pub log: Log,
    /// The queue of first attempts.
    pub queue: Queue,
    /// How long they are kept.
    pub retention: Retention,
}

/// What somebody wants to publish.
#[derive(Debug)]
pub struct Publication {
    /// Whose event.
    pub tenant: TenantId,
    /// What happened.
    pub event_type: EventType,
    /// The particulars.
    pub data: Data,
    /// Notes.
    pub metadata: EventMetadata,
}

/// Why an event is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The idempotency key came with another body before.
    #[error("the idempotency key was used with another body")]
    OtherBody,
    /// The table did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] AwsError),
}

/// What became of it.
#[derive(Debug)]
pub struct Published {
    /// The event.
    pub event: EventHead,
    /// Its deliveries.
    pub deliveries: Vec<Delivery>,
    /// Whether an earlier request with the same idempotency key had published it.
    pub replayed: bool,
}

impl Publisher {
    /// Publishes an event, or completes the publishing that an earlier request with the same idempotency key began.
    ///
    /// # Errors
    /// When the key came with another body before, or when table or queue did not take all: then the event is not promised to
    /// anyone, and the request may be repeated.
    pub async fn publish(
        &self,
        publication: Publication,
        idempotency: Option<Idempotency<'_>>,
    ) -> Result<Published, PublishError> {
        let now = clock::now();
        let proposed = EventId::new(now, clock::random());
        let claim = match idempotency {
            Some(request) => self.log.claim(&publication.tenant, request, proposed, now).await?,
            None => Claim::New,
        };
        let (id, created_at, replayed) = match claim {
            Claim::New => (proposed, now, false),
            Claim::Replay(id, created_at) => (id, created_at, true),
            Claim::OtherBody => return Err(PublishError::OtherBody),
        };
        let (event, deliveries) = self.carry_out(publication, (id, created_at), replayed, now).await?;
        Ok(Published { event: event.head, deliveries, replayed })
    }

    /// Publishes an event of the rail's own, or completes its publishing.
    ///
    /// # Errors
    /// When table or queue did not take all: it is to be announced again.
    pub async fn announce(&self, tenant: TenantId, announcement: Announcement) -> Result<(), PublishError> {
        let Announcement { id, at, event_type, data } = announcement;
        let publication = Publication { tenant, event_type, data, metadata: EventMetadata::default() };
        self.carry_out(publication, (id, at), true, clock::now()).await?;
        Ok(())
    }

    /// `begun`: whether some of it may have been done before.
    async fn carry_out(
        &self,
        publication: Publication,
        (id, created_at): (EventId, Timestamp),
        begun: bool,
        now: Timestamp,
    ) -> Result<(Event, Vec<Delivery>), PublishError> {
        let endpoints = self.endpoints.list(&publication.tenant).await?;
        let event = self.write_event(publication, (id, created_at), &endpoints, now).await?;
        let deliveries = self.write_deliveries(&event.head, now).await?;
        self.enqueue(&event.body, &deliveries, begun, now).await?;
        Ok((event, deliveries))
    }

    async fn write_event(
        &self,
        publication: Publication,
        (id, created_at): (EventId, Timestamp),
        endpoints: &[Endpoint],
        now: Timestamp,
    ) -> Result<Event, PublishError> {
        let Publication { tenant, event_type, data, metadata } = publication;
        let body = Body::compose((id, created_at), &event_type, &data, &metadata, &tenant);
        let endpoints = endpoints.iter().filter(|endpoint| endpoint.takes(&event_type)).map(|e| e.id).collect();
        let event = Event { head: EventHead { id, tenant, event_type, created_at, metadata, endpoints }, body };
        match self.log.insert_event(&event, self.retention.end(created_at), now).await? {
            Inserted::New => Ok(event),
            // An earlier request came this far: the event fans out to whom it matched then.
            Inserted::Existing(earlier) => Ok(earlier),
        }
    }

    async fn write_deliveries(&self, event: &EventHead, now: Timestamp) -> Result<Vec<Delivery>, PublishError> {
        let expires = self.retention.end(event.created_at);
        let writes = event.endpoints.iter().copied().map(|endpoint| {
            let (tenant, event_type) = (event.tenant.clone(), event.event_type.clone());
            let new = Delivery::new(tenant, endpoint, event.id, event_type, event.created_at);
            async move {
                match self.log.insert_delivery(&new, expires, now).await? {
                    Inserted::New => Ok::<_, PublishError>(new),
                    Inserted::Existing(earlier) => Ok(earlier),
                }
            }
        });
        iter(writes).buffered(WRITES_AT_ONCE).try_collect().await
    }

    /// A message for each delivery whose first attempt is still to be made.
    async fn enqueue(
        &self,
        body: &Body,
        deliveries: &[Delivery],
        begun: bool,
        now: Timestamp,
    ) -> Result<(), PublishError> {
        let packed = PackedBody::new(body);
        let due = deliveries.iter().filter(|delivery| match delivery.state {
            State::Pending(_) => delivery.fence == Fence::FIRST,
            State::Held | State::Retrying { .. } | State::Delivered | State::Failed(_) => false,
        });
        let messages: Vec<_> = due
            .map(|delivery| {
                let message = Message::about(delivery, Trigger::Policy).carrying(&packed);
                if begun { message } else { message.fresh() }
            })
            .collect();
        Ok(self.queue.send(&messages, now).await?)
    }
}
