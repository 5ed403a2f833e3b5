//! Publishing events: from their acceptance to the queue.
//!
//! # The order, and what it promises
//! (idempotency record) → event, with the endpoints it fans out to → queue → answer. With its event a delivery to each of these
//! endpoints is there, pending; it gets an item of its own with its first attempt. Nobody is told that an event was accepted before the
//! queue has taken a message for each of its deliveries. Each write is conditional on absence, so a client that got no
//! answer repeats with its idempotency key: what is missing is completed, what is there stays.
//!
//! Several events may be published with one request. One idempotency record is for all of them: their ids follow from the
//! first.

use futures::future::{OptionFuture, try_join};
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;

use crate::aws::AwsError;
use crate::clock;
use crate::domain::announcement::Announcement;
use crate::domain::delivery::{Delivery, Fence, State, Trigger};
use crate::domain::event::{Body, Data, EventHead, EventMetadata, Retention};
use crate::domain::id::{EndpointId, EventId, TenantId};
use crate::domain::pattern::EventType;
use crate::packing::{Known, Packed};
use crate::queue::{Message, PackedBody, Queue};
use crate::store::directory::{Directory, Takers};
use crate::store::{Claim, Idempotency, Inserted, Log, StoreError};

/// How many events are written at once.
const WRITES_AT_ONCE: usize = 32;

/// Publishes events.
#[derive(Debug)]
pub struct Publisher {
    /// Where to look for who subscribes.
    pub directory: Directory,
    /// Where events are written.
    pub log: Log,
    /// The queue of first attempts.
    pub queue: Queue,
    /// How long they are kept.
    pub retention: Retention,
}

/// What somebody wants to publish.
#[derive(Debug)]
pub struct Publication {
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
}

/// What became of a request to publish several.
#[derive(Debug)]
pub struct PublishedAll {
    /// What became of what stood at each place of the request. One with an error is promised to nobody; the request may be
    /// repeated.
    pub each: Vec<Option<Result<Published, PublishError>>>,
    /// Whether an earlier request with the same idempotency key had been begun.
    pub replayed: bool,
}

/// Events that are being published: which they are, and since when.
#[derive(Debug, Clone, Copy)]
struct Begun {
    /// The first event; the others' ids follow from it.
    first: EventId,
    created_at: Timestamp,
    /// Whether some of it may have been done before.
    before: bool,
}

/// Whom an event goes to.
enum Audience<'a> {
    /// Whoever subscribes to its type.
    Subscribers(&'a Takers),
    /// This endpoint alone.
    Only(EndpointId),
}

impl Audience<'_> {
    fn of(&self, event_type: &EventType) -> Vec<EndpointId> {
        match self {
            Self::Subscribers(takers) => takers.of(event_type),
            Self::Only(endpoint) => vec![*endpoint],
        }
    }
}

/// An event that is written, and what its messages carry.
struct Written {
    published: Published,
    body: PackedBody,
}

impl Publisher {
    /// Publishes an event, or completes the publishing that an earlier request with the same idempotency key began. Tells
    /// whether there was one.
    ///
    /// # Errors
    /// When the key came with another body before, or when table or queue did not take all: then the event is not promised to
    /// anyone, and the request may be repeated.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        publication: Publication,
        idempotency: Option<Idempotency<'_>>,
    ) -> Result<(Published, bool), PublishError> {
        let (begun, takers) = self.begin(tenant, idempotency).await?;
        let of = (tenant, &Audience::Subscribers(&takers));
        let written = self.write(of, publication, begun, 0).await?;
        self.queue.send(&messages(&written, begun, Trigger::Policy).collect::<Vec<_>>(), clock::now()).await?;
        Ok((written.published, begun.before))
    }

    /// Publishes events with one request, or completes what an earlier request with the same idempotency key began. Which
    /// event is which follows from its place, also where there is nothing at another.
    ///
    /// # Errors
    /// When the key came with another body before, or nothing could be begun. What became of each is told with it.
    pub async fn publish_all(
        &self,
        tenant: &TenantId,
        publications: Vec<Option<Publication>>,
        idempotency: Option<Idempotency<'_>>,
    ) -> Result<PublishedAll, PublishError> {
        let (begun, takers) = self.begin(tenant, idempotency).await?;
        let of = (tenant, &Audience::Subscribers(&takers));
        let write = |(place, publication): (u32, Option<Publication>)| {
            OptionFuture::from(publication.map(|publication| self.write(of, publication, begun, place)))
        };
        let writing: Vec<_> = (0..).zip(publications).map(write).collect();
        let written: Vec<_> = iter(writing).buffered(WRITES_AT_ONCE).collect().await;
        let each = self.enqueue(written, begun).await;
        Ok(PublishedAll { each, replayed: begun.before })
    }

    /// Publishes an event of the rail's own, or completes its publishing.
    ///
    /// # Errors
    /// When table or queue did not take all: it is to be announced again.
    pub async fn announce(&self, tenant: &TenantId, announcement: Announcement) -> Result<(), PublishError> {
        let takers = self.directory.takers(tenant).await?;
        let (publication, begun) = announced(announcement, true);
        let of = (tenant, &Audience::Subscribers(&takers));
        let written = self.write(of, publication, begun, 0).await?;
        Ok(self.queue.send(&messages(&written, begun, Trigger::Policy).collect::<Vec<_>>(), clock::now()).await?)
    }

    /// Sends an event of the rail's own to one endpoint, as a test of it, whatever it subscribes to.
    ///
    /// # Errors
    /// When table or queue did not take all: then no test is promised.
    pub async fn test(
        &self,
        tenant: &TenantId,
        endpoint: EndpointId,
        test: Announcement,
    ) -> Result<Published, PublishError> {
        let (publication, begun) = announced(test, false);
        let written = self.write((tenant, &Audience::Only(endpoint)), publication, begun, 0).await?;
        self.queue.send(&messages(&written, begun, Trigger::Test).collect::<Vec<_>>(), clock::now()).await?;
        Ok(written.published)
    }

    /// Which events the request is about, and who takes the tenant's events.
    async fn begin(
        &self,
        tenant: &TenantId,
        idempotency: Option<Idempotency<'_>>,
    ) -> Result<(Begun, Takers), PublishError> {
        let now = clock::now();
        let proposed = EventId::new(now, clock::random());
        let claim = async {
            match idempotency {
                Some(request) => self.log.claim(tenant, request, proposed, now).await,
                None => Ok(Claim::New),
            }
        };
        let (claim, takers) = try_join(claim, self.directory.takers(tenant)).await?;
        let begun = match claim {
            Claim::New => Begun { first: proposed, created_at: now, before: false },
            Claim::Replay(first, created_at) => Begun { first, created_at, before: true },
            Claim::OtherBody => return Err(PublishError::OtherBody),
        };
        Ok((begun, takers))
    }

    /// Writes the event at this place of the request. One that an earlier request wrote fans out to whom it matched then, and
    /// its deliveries may have gone on.
    async fn write(
        &self,
        (tenant, audience): (&TenantId, &Audience<'_>),
        publication: Publication,
        begun: Begun,
        place: u32,
    ) -> Result<Written, PublishError> {
        let Publication { event_type, data, metadata } = publication;
        let (id, created_at, tenant) = (begun.first.nth_after(place), begun.created_at, tenant.clone());
        let body = Body::compose((id, created_at), &event_type, &data, &metadata, &tenant);
        let (endpoints, expires) = (audience.of(&event_type), self.retention.end(created_at));
        let event = EventHead { id, tenant, event_type, created_at, metadata, endpoints, expires };
        let packed = Packed::new(&body, Known::from(&event));
        let (carried, now) = (PackedBody::new(&packed), clock::now());
        Ok(match self.log.insert_event(&event, packed, now).await? {
            Inserted::New => {
                let deliveries = event.endpoints.iter().map(|endpoint| Delivery::first_of(&event, *endpoint)).collect();
                Written { published: Published { event, deliveries }, body: carried }
            }
            Inserted::Existing((event, packed)) => {
                let deliveries = self.log.find_deliveries_of(&event, now).await?;
                Written { published: Published { event, deliveries }, body: PackedBody::new(&packed) }
            }
        })
    }

    /// Hands over the messages of all events that are written, those of several events in one batch. An event of which the
    /// queue did not take every message is not published.
    async fn enqueue(
        &self,
        written: Vec<Option<Result<Written, PublishError>>>,
        begun: Begun,
    ) -> Vec<Option<Result<Published, PublishError>>> {
        let due =
            written.iter().enumerate().filter_map(|(index, written)| Some((index, written.as_ref()?.as_ref().ok()?)));
        let (of, messages): (Vec<_>, Vec<_>) = due
            .flat_map(|(index, written)| messages(written, begun, Trigger::Policy).map(move |message| (index, message)))
            .unzip();
        let taken = self.queue.send_each(&messages, clock::now()).await;
        let published = |written: Option<Result<Written, _>>| Some(written?.map(|written| written.published));
        let mut each: Vec<_> = written.into_iter().map(published).collect();
        for (index, refused) in of.into_iter().zip(taken).filter_map(|(index, taken)| Some((index, taken.err()?))) {
            if let Some(published) = each.get_mut(index) {
                *published = Some(Err(refused.into()));
            }
        }
        each
    }
}

/// An event of the rail's own, as something to publish; whether some of it may have been done before.
fn announced(announcement: Announcement, before: bool) -> (Publication, Begun) {
    let Announcement { id, at, event_type, data } = announcement;
    let publication = Publication { event_type, data, metadata: EventMetadata::default() };
    (publication, Begun { first: id, created_at: at, before })
}

/// A message for each delivery whose first attempt is still to be made.
fn messages(written: &Written, begun: Begun, trigger: Trigger) -> impl Iterator<Item = Message> {
    let due = written.published.deliveries.iter().filter(|delivery| match delivery.state {
        State::Pending(_) => delivery.fence == Fence::FIRST,
        State::Held | State::Retrying { .. } | State::Delivered | State::Failed(_) => false,
    });
    due.map(move |delivery| {
        let message = Message::about(delivery, trigger).carrying(&written.body);
        if begun.before { message } else { message.fresh() }
    })
}
