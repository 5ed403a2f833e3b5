//! One message, from reading it to the point where it may be acknowledged.
//!
//! # The order, and what it promises
//! 1. Unless the message is the first of its delivery, read the delivery, and ask what the message calls for.
//! 2. Send.
//! 3. Record the outcome, in one write that is conditional on the fence the attempt was made at.
//! 4. If the delivery waits, make sure that its schedule exists.
//! 5. Acknowledge.
//!
//! A crash between any two steps brings the message back, and it ends in the same state; at worst one attempt is sent twice,
//! with the same `webhook-id`.

use aws_lambda_events::sqs::SqsMessage;
use rail::aws::AwsError;
use rail::clock;
use rail::domain::delivery::{Delivery, Outcome, Reason, State, Step, Trigger, call_for};
use rail::domain::endpoint::{DisabledReason, Endpoint, EndpointStatus};
use rail::domain::event::Body;
use rail::domain::secret::SigningSecret;
use rail::queue::Message;
use rail::sealing::SealedSecret;
use rail::sender::Parcel;
use rail::store::StoreError;
use rail::store::deliveries::Recorded;

use crate::Deliver;

/// A fault of ours: the message must come again.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The table did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Queue, Scheduler or key did not do theirs.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// Why a message cannot be read, now or ever.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("it is no message of this function: {0}")]
    NotAMessage(#[from] serde_json::Error),
    #[error("its payload is broken: {0}")]
    Payload(Box<dyn std::error::Error + Send + Sync>),
}

impl Deliver {
    /// Does what the message calls for. When this returns without a fault, the message may be acknowledged: what comes next
    /// is recorded and handed over.
    pub async fn handle(&self, record: &SqsMessage) -> Result<(), Fault> {
        let text = record.body.as_deref().unwrap_or_default();
        let (message, body) = match read(text) {
            Ok(read) => read,
            Err(why) => return self.put_aside(record, text, &why).await,
        };
        let delivery = if message.fresh && !redelivered(record) {
            let Message { tenant, endpoint, event, event_type, created_at, .. } = message.clone();
            Delivery::new(tenant, endpoint, event, event_type, created_at)
        } else {
            let found = self.log.find_delivery(message.endpoint, message.event, clock::now()).await?;
            match found.filter(|delivery| delivery.tenant == message.tenant) {
                Some(delivery) => delivery,
                // Its time is over.
                None => return Ok(()),
            }
        };
        self.do_step(&message, body, delivery).await
    }

    async fn do_step(&self, message: &Message, body: Option<Body>, mut delivery: Delivery) -> Result<(), Fault> {
        loop {
            match call_for(&delivery, message.call()) {
                Step::Attempt => return self.attempt(message, body, delivery).await,
                Step::Schedule { .. } => return self.follow(&delivery).await,
                Step::Nothing => return Ok(()),
                Step::Advance(advanced) => match self.log.record(delivery.fence, &advanced).await? {
                    Recorded::Written => delivery = advanced,
                    Recorded::Overtaken(current) => delivery = current,
                    Recorded::Missing => return Ok(()),
                },
            }
        }
    }

    async fn attempt(&self, message: &Message, body: Option<Body>, delivery: Delivery) -> Result<(), Fault> {
        let found = self.endpoints.find_with_secrets(&delivery.tenant, delivery.endpoint).await?;
        let Some((endpoint, sealed)) = found else {
            return self.settle(&delivery, delivery.given_up(Reason::EndpointDeleted)).await;
        };
        match endpoint.status {
            EndpointStatus::Active => {}
            EndpointStatus::Paused => return self.settle(&delivery, delivery.held()).await,
            EndpointStatus::Disabled(_) => {
                return self.settle(&delivery, delivery.given_up(Reason::EndpointDisabled)).await;
            }
        }
        let body = match body {
            Some(body) => Some(body),
            None => {
                let event = self.log.find_event(&delivery.tenant, delivery.event, clock::now()).await?;
                event.map(|event| event.body)
            }
        };
        let Some(body) = body else {
            return self.settle(&delivery, delivery.given_up(Reason::EventExpired)).await;
        };
        let secrets = self.open(&endpoint, &sealed).await?;
        self.send(
            &Parcel { endpoint: &endpoint, secrets: &secrets, event: delivery.event, body: &body },
            message.trigger,
            delivery,
        )
        .await
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
            self.endpoints.disable(&delivery.tenant, delivery.endpoint, DisabledReason::Gone, clock::now()).await?;
        }
        self.settle(&delivery, next).await
    }

    /// Records what became of a delivery, and hands over what comes next.
    async fn settle(&self, delivery: &Delivery, next: Delivery) -> Result<(), Fault> {
        match self.log.record(delivery.fence, &next).await? {
            Recorded::Written => self.follow(&next).await,
            // Somebody else was quicker: what he recorded stands.
            Recorded::Overtaken(current) => self.follow(&current).await,
            Recorded::Missing => Ok(()),
        }
    }

    async fn follow(&self, delivery: &Delivery) -> Result<(), Fault> {
        match delivery.state {
            State::Retrying { due } => {
                let message = Message::about(delivery, Trigger::Policy);
                Ok(self.schedules.ensure(&message, due, clock::now()).await?)
            }
            State::Pending(_) | State::Held | State::Delivered | State::Failed(_) => Ok(()),
        }
    }

    async fn open(&self, endpoint: &Endpoint, sealed: &[SealedSecret]) -> Result<Vec<SigningSecret>, Fault> {
        let mut secrets = Vec::with_capacity(sealed.len());
        for sealed in sealed {
            secrets.push(self.opener.open(&endpoint.tenant, endpoint.id, sealed).await?);
        }
        Ok(secrets)
    }

    /// What no code can read goes to the dead letters at once: coming again would not mend it.
    async fn put_aside(&self, record: &SqsMessage, text: &str, why: &Unreadable) -> Result<(), Fault> {
        self.dead_letters.beside(record).put_aside(text).await?;
        tracing::error!(message_id = record.message_id, error = %why, "message.put_aside");
        Ok(())
    }
}

fn read(text: &str) -> Result<(Message, Option<Body>), Unreadable> {
    let message: Message = serde_json::from_str(text)?;
    let body = message.body().map_err(Unreadable::Payload)?;
    Ok((message, body))
}

/// Whether the queue has handed this message out before. When it does not say: it may have.
fn redelivered(record: &SqsMessage) -> bool {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.map(String::as_str) != Some("1")
}
