//! Looks after endpoints that have changed: takes chores from their queue.
//!
//! It reads what an endpoint is *now*, and brings its deliveries into line with that. So it does not matter how often a chore
//! comes, how late, or after how many changes. Turns of recoveries are chores too.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::stream::{StreamExt, TryStreamExt, iter};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent};
use rail::aws::AwsError;
use rail::chores::{Chore, Chores};
use rail::domain::announcement::{Unspeakable, endpoint_disabled};
use rail::domain::delivery::{Delivery, Fence, Reason, Status, Trigger};
use rail::domain::endpoint::{Disabling, Endpoint, EndpointStatus};
use rail::domain::pace::Rate;
use rail::env;
use rail::publishing::{PublishError, Publisher};
use rail::queue::{Message, Queue};
use rail::store::endpoints::Endpoints;
use rail::store::limits::Limits;
use rail::store::{Log, StoreError};
use rail::wiring::{StartError, Wiring};
use rail::{batch, clock};

mod recover;

/// The most deliveries that one chore looks at; if there are more, another follows. They are all in memory at once, with
/// their attempts.
const AT_ONCE: u16 = 500;
/// How many of them are written at once.
const WRITES_AT_ONCE: usize = 32;

/// What the function works with.
pub struct TendEndpoint {
    endpoints: Endpoints,
    log: Log,
    limits: Limits,
    publisher: Publisher,
    retries: Queue,
    chores: Chores,
    release_rate: Rate,
    dead_letters: Queue,
}

/// A fault of ours: the chore must come again.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// The table did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A queue did not do its part.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The tenant could not be told.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// There is nothing to tell it with.
    #[error(transparent)]
    Unspeakable(#[from] Unspeakable),
}

impl TendEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            endpoints: wiring.endpoints()?,
            log: wiring.log()?,
            limits: wiring.limits()?,
            publisher: wiring.publisher()?,
            retries: wiring.queue("RETRIES_QUEUE_URL")?,
            chores: wiring.chores()?,
            release_rate: env::release_rate()?,
            dead_letters: wiring.queue("CHORES_DEAD_LETTERS_URL")?,
        })
    }
}

/// Handles a batch.
///
/// # Errors
/// When a message that must come again has no id to say so by: then the whole batch must.
pub async fn tend_endpoint(app: Arc<TendEndpoint>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let handle = |record: SqsMessage| (record.message_id.clone(), app.clone().handle(record));
    Ok(batch::each(event.payload.records.into_iter().map(handle)).await?)
}

impl TendEndpoint {
    async fn handle(self: Arc<Self>, record: SqsMessage) -> Result<(), Fault> {
        match serde_json::from_str(record.body.as_deref().unwrap_or_default()) {
            Ok(chore @ Chore { recovery: Some(recovery), .. }) => self.recover(&chore, recovery).await,
            Ok(chore @ Chore { recovery: None, .. }) => self.tend(&chore).await,
            Err(why) => Ok(batch::put_aside(&self.dead_letters, &record, &why).await?),
        }
    }

    async fn tend(&self, chore: &Chore) -> Result<(), Fault> {
        let Some(endpoint) = self.endpoints.find(&chore.tenant, chore.endpoint).await? else {
            return self.abandon(chore, Reason::EndpointDeleted).await;
        };
        match endpoint.status {
            EndpointStatus::Active => self.release(chore, &endpoint).await,
            EndpointStatus::Paused => Ok(()),
            EndpointStatus::Disabled(disabling) => {
                if !disabling.announced {
                    self.announce(&endpoint, disabling).await?;
                }
                self.abandon(chore, Reason::EndpointDisabled).await
            }
        }
    }

    /// Tells the tenant's other endpoints. A crash between the two steps tells the same event again, which is once.
    async fn announce(&self, endpoint: &Endpoint, disabling: Disabling) -> Result<(), Fault> {
        self.publisher.announce(&endpoint.tenant, endpoint_disabled(endpoint, &disabling)?).await?;
        Ok(self.endpoints.note_announced(&endpoint.tenant, endpoint.id, disabling).await?)
    }

    /// Gives up what waits for an endpoint that takes nothing any more. What is under way finds out for itself.
    async fn abandon(&self, chore: &Chore, reason: Reason) -> Result<(), Fault> {
        for status in [Status::Retrying, Status::Pending] {
            let (waiting, more) = self.waiting(chore, status).await?;
            let given_up = waiting.iter().filter_map(|delivery| Some((delivery.fence, delivery.abandoned(reason)?)));
            self.record(given_up.collect()).await?;
            if more {
                self.chores.ask_after(chore).await?;
            }
        }
        Ok(())
    }

    /// Lets go what was kept back, oldest first.
    async fn release(&self, chore: &Chore, endpoint: &Endpoint) -> Result<(), Fault> {
        let (mut held, more) = self.waiting(chore, Status::Pending).await?;
        held.sort_by_key(|delivery| delivery.event);
        let released: Vec<_> =
            held.iter().filter_map(|delivery| Some((delivery.fence, delivery.released()?))).collect();
        self.let_go(endpoint, released, Trigger::Policy).await?;
        if more { Ok(self.chores.ask_after(chore).await?) } else { Ok(()) }
    }

    /// Starts deliveries, each from its fence, in this order and at a pace; returns when the last of them is due. Each message
    /// is enqueued before its delivery is recorded: a crash in between leaves a message that the delivery function completes,
    /// never a delivery that waits for nothing.
    async fn let_go(
        &self,
        endpoint: &Endpoint,
        started: Vec<(Fence, Delivery)>,
        trigger: Trigger,
    ) -> Result<Timestamp, Fault> {
        let now = clock::now();
        let Ok(count @ 1..) = u16::try_from(started.len()) else { return Ok(now) };
        let rate = endpoint.rate_limit.map_or(self.release_rate, |limit| limit.min(self.release_rate));
        let first = self.limits.reserve(endpoint.id, rate, count, now).await?;
        let slot = |index: u16| first.saturating_add(rate.spacing() * i32::from(index)).unwrap_or(first);
        let messages: Vec<_> =
            started.iter().zip(0..).map(|((_, next), index)| Message::about(next, trigger).at(slot(index))).collect();
        self.retries.send(&messages, now).await?;
        self.record(started).await?;
        Ok(slot(count - 1))
    }

    /// The oldest of this tenant's deliveries that wait for the endpoint with this status, and whether there may be more.
    async fn waiting(&self, chore: &Chore, status: Status) -> Result<(Vec<Delivery>, bool), Fault> {
        let now = clock::now();
        let at_once = usize::from(AT_ONCE);
        let mut listing = self.log.open_deliveries_from_the_oldest((chore.endpoint, status), None, at_once, now);
        loop {
            let mut shown = Vec::new();
            while shown.len() < at_once
                && let Some(event) = listing.next_id().await?
            {
                shown.push((chore.endpoint, event));
            }
            let more = shown.len() == at_once;
            // The index runs behind: what it shows may have moved on, or expired.
            let mut found = self.log.find_deliveries(shown, now).await?;
            found.retain(|delivery| delivery.tenant == chore.tenant && delivery.waits());
            if !more || !found.is_empty() {
                return Ok((found, more));
            }
        }
    }

    /// Records these transitions, each from its fence. One that was overtaken is left to who was quicker.
    async fn record(&self, changes: Vec<(Fence, Delivery)>) -> Result<(), Fault> {
        let write = |(from, next): (Fence, Delivery)| async move { self.log.record(from, &next).await.map(|_| ()) };
        Ok(iter(changes).map(write).buffer_unordered(WRITES_AT_ONCE).try_collect().await?)
    }
}
