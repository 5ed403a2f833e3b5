//! One message, from reading it to the point where it may be acknowledged.
//!
//! # The order, and what it promises
//! 1. Unless the message is the first of its delivery, read the delivery ([`Lookups`]), and ask what the message calls for.
//! 2. Where the endpoint goes at a rate, wait for a slot, or put the message back until it comes.
//! 3. Send.
//! 4. Record the outcome, in one write that is conditional on the fence the attempt was made at.
//! 5. If the delivery waits, make sure that its schedule exists.
//! 6. Acknowledge.
//!
//! A crash between any two steps brings the message back, and it ends in the same state; at worst one attempt is sent twice,
//! with the same `webhook-id`.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsMessage;
use rail::aws::AwsError;
use rail::chores::Chore;
use rail::domain::delivery::{Delivery, Fence, Outcome, Reason, State, Step, Trigger, call_for};
use rail::domain::endpoint::{DisabledReason, Endpoint, EndpointStatus};
use rail::domain::event::Body;
use rail::domain::keyring::Keyring;
use rail::domain::secret::SigningSecret;
use rail::queue::{Message, Unreadable};
use rail::sealing::SealedSecret;
use rail::sender::Parcel;
use rail::store::StoreError;
use rail::store::deliveries::Recorded;
use rail::{batch, clock};

use crate::lookups::Lookups;
use crate::turn::Wait;
use crate::{Deliver, Lane};

/// A fault of ours: the message must come again.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The table did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The table did not do its part, for other messages too.
    #[error(transparent)]
    Lookup(#[from] Arc<StoreError>),
    /// Queue, Scheduler or key did not do theirs.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// A message as it came.
pub struct Received {
    pub record: SqsMessage,
    read: Result<(Message, Option<Body>), Unreadable>,
    /// The delivery, where it is sure that nothing has happened to it yet.
    untouched: Option<Delivery>,
}

impl Received {
    /// What the queue handed out.
    pub fn new(record: SqsMessage) -> Self {
        let read = Message::read(record.body.as_deref().unwrap_or_default());
        let fresh = read.as_ref().ok().map(|(message, _)| message).filter(|m| m.fresh && !redelivered(&record));
        let untouched = fresh.and_then(Message::untouched);
        Self { record, read, untouched }
    }

    /// The message, if it can be read.
    pub fn message(&self) -> Option<&Message> {
        self.read.as_ref().ok().map(|(message, _)| message)
    }

    /// Whether its delivery must be read before anything is done for it.
    pub fn is_to_be_read(&self) -> bool {
        self.untouched.is_none()
    }
}

/// What is to be done.
struct Job<'a> {
    message: Message,
    /// The event's body, where the message carries it.
    body: Option<Body>,
    /// Where the message came from.
    lane: &'a Lane,
    lookups: &'a Lookups,
}

impl Deliver {
    /// Does what the message calls for. When this returns without a fault, the message may be acknowledged: what comes next
    /// is recorded and handed over.
    pub async fn handle(&self, received: Received, lookups: &Lookups) -> Result<(), Fault> {
        let lane = self.lane_of(&received.record);
        let (message, body) = match received.read {
            Ok(read) => read,
            Err(why) => return Ok(batch::put_aside(&lane.dead_letters, &received.record, &why).await?),
        };
        let delivery = match received.untouched {
            Some(delivery) => delivery,
            None => match lookups.delivery(&message)? {
                Some(delivery) => Delivery::clone(&delivery),
                // It has no item because nothing has happened to it yet, or because its time is over.
                None => match message.untouched().filter(|delivery| delivery.expires > clock::now()) {
                    Some(delivery) => delivery,
                    None => return Ok(()),
                },
            },
        };
        self.do_step(Job { message, body, lane, lookups }, delivery).await
    }

    async fn do_step(&self, job: Job<'_>, mut delivery: Delivery) -> Result<(), Fault> {
        loop {
            match call_for(&delivery, job.message.call()) {
                Step::Attempt => return self.attempt(job, delivery).await,
                // Stale. Whoever went before may have got no further than the record.
                Step::Schedule { .. } | Step::Nothing => return self.follow(&delivery).await,
                Step::Advance(advanced) => match self.record(&delivery, &advanced).await? {
                    Recorded::Written => delivery = advanced,
                    Recorded::Overtaken(current) => delivery = current,
                    Recorded::Missing => return Ok(()),
                },
            }
        }
    }

    async fn attempt(&self, job: Job<'_>, delivery: Delivery) -> Result<(), Fault> {
        let Some(found) = job.lookups.endpoint(&delivery)? else {
            return self.give_up(&delivery, Reason::EndpointDeleted).await;
        };
        let (endpoint, secrets) = &*found;
        match endpoint.status {
            EndpointStatus::Active => {}
            EndpointStatus::Paused => return self.settle(&delivery, &delivery.held()).await.map(|_| ()),
            EndpointStatus::Disabled(disabling) => {
                if !disabling.announced {
                    // Whoever disabled it may have got no further.
                    self.endpoints.renew_edition(&endpoint.tenant).await?;
                    self.chores.ask_after(&chore(endpoint)).await?;
                }
                return self.give_up(&delivery, Reason::EndpointDisabled).await;
            }
        }
        match self.turn_of(&job.message, endpoint).await? {
            Wait::OnTheSpot(wait) => tokio::time::sleep(wait).await,
            Wait::InTheQueue(slot) => {
                if delivery.fence == Fence::FIRST && job.message.slot.is_none() {
                    self.log.note_waiting(&delivery, clock::now()).await?;
                }
                return Ok(job.lane.queue.send(&[job.message.at(slot)], clock::now()).await?);
            }
        }
        let Some(body) = self.body_of(job.body, &delivery).await? else {
            return self.give_up(&delivery, Reason::EventExpired).await;
        };
        let secrets = self.open(endpoint, secrets).await?;
        let parcel = Parcel { endpoint, secrets: &secrets, event: delivery.event, body: &body };
        self.send(&parcel, job.message.trigger, delivery).await
    }

    /// The event's body; none when its time is over.
    async fn body_of(&self, carried: Option<Body>, delivery: &Delivery) -> Result<Option<Body>, Fault> {
        if carried.is_some() {
            return Ok(carried);
        }
        let event = self.log.find_event(&delivery.tenant, delivery.event, clock::now()).await?;
        Ok(event.map(|event| event.body))
    }

    async fn send(&self, parcel: &Parcel<'_>, trigger: Trigger, delivery: Delivery) -> Result<(), Fault> {
        let exchange = self.sender.send(*parcel, clock::now()).await;
        let (outcome, duration_ms) = (exchange.outcome.clone(), exchange.duration_ms);
        let next = delivery.after(exchange, trigger, &self.policy);
        tracing::info!(
            tenant = %delivery.tenant,
            event = %delivery.event,
            event_type = %delivery.event_type,
            endpoint = %delivery.endpoint,
            attempt = next.attempts.len(),
            outcome = outcome.as_str(),
            status = outcome.response_status(),
            error = outcome.error(),
            duration_ms,
            next = next.status().as_str(),
            next_attempt_at = next.next_attempt_at().map(tracing::field::display),
            "delivery.attempted"
        );
        if outcome == Outcome::Gone {
            // Before the record: after it, a repeated message would find nothing left to do.
            self.disable(parcel.endpoint, DisabledReason::Gone).await?;
        }
        let recorded = self.settle(&delivery, &next).await?;
        match trigger {
            Trigger::Policy | Trigger::Manual if recorded => self.note_health(parcel.endpoint, &next).await,
            // Neither what somebody else recorded, nor a test, says anything of the endpoint's health.
            Trigger::Policy | Trigger::Manual | Trigger::Test => Ok(()),
        }
    }

    async fn give_up(&self, delivery: &Delivery, reason: Reason) -> Result<(), Fault> {
        self.settle(delivery, &delivery.given_up(reason)).await?;
        Ok(())
    }

    /// Records what became of a delivery, and hands over what comes next. Whether it was this that recorded it.
    async fn settle(&self, delivery: &Delivery, next: &Delivery) -> Result<bool, Fault> {
        match self.record(delivery, next).await? {
            Recorded::Written => self.follow(next).await.map(|()| true),
            // Somebody else was quicker: what he recorded stands.
            Recorded::Overtaken(current) => self.follow(&current).await.map(|()| false),
            Recorded::Missing => Ok(false),
        }
    }

    /// One write, conditional on the fence.
    async fn record(&self, delivery: &Delivery, next: &Delivery) -> Result<Recorded, StoreError> {
        match delivery.fence {
            Fence::FIRST => self.log.record_first(next).await,
            from => self.log.record(from, next).await,
        }
    }

    /// Makes sure that what is recorded has a way forward, whoever recorded it: he may have got no further.
    async fn follow(&self, delivery: &Delivery) -> Result<(), Fault> {
        match delivery.state {
            State::Retrying { due } => {
                let message = Message::about(delivery, Trigger::Policy);
                Ok(self.schedules.ensure(&message, due, clock::now()).await?)
            }
            State::Held => self.look_again(delivery).await,
            State::Pending(_) | State::Delivered | State::Failed(_) => Ok(()),
        }
    }

    /// The endpoint may have been changed, and tended, before the delivery was recorded as held: then nobody else would find it.
    async fn look_again(&self, delivery: &Delivery) -> Result<(), Fault> {
        let found = self.endpoints.find(&delivery.tenant, delivery.endpoint).await?;
        if found.is_none_or(|endpoint| endpoint.status != EndpointStatus::Paused) {
            let Delivery { tenant, endpoint, .. } = delivery.clone();
            self.chores.ask_after(&Chore::of(tenant, endpoint)).await?;
        }
        Ok(())
    }

    async fn open(&self, endpoint: &Endpoint, sealed: &Keyring<SealedSecret>) -> Result<Vec<SigningSecret>, Fault> {
        let mut secrets = Vec::new();
        for sealed in sealed.signing(clock::now()) {
            secrets.push(self.opener.open(&endpoint.tenant, endpoint.id, sealed).await?);
        }
        Ok(secrets)
    }
}

/// To look after this endpoint.
pub fn chore(endpoint: &Endpoint) -> Chore {
    Chore::of(endpoint.tenant.clone(), endpoint.id)
}

/// Whether the queue has handed this message out before. When it does not say: it may have.
fn redelivered(record: &SqsMessage) -> bool {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.map(String::as_str) != Some("1")
}
