//! Sends what is due: takes messages from the queues of first attempts and of retries.
//!
//! A receiver's refusal is recorded, not reported: the queue knows nothing of it. Only faults of *ours* bring a message back.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Error, LambdaEvent};
use rail::batch;
use rail::chores::Chores;
use rail::domain::failing::Patience;
use rail::domain::retry::RetryPolicy;
use rail::env::{self, EnvError};
use rail::queue::Queue;
use rail::schedule::Schedules;
use rail::sealing::Opener;
use rail::sender::Sender;
use rail::store::Log;
use rail::store::endpoints::Endpoints;
use rail::store::limits::Limits;
use rail::wiring::{StartError, Wiring};

mod health;
mod lookups;
mod message;
mod turn;

use lookups::Lookups;
use message::Received;

/// What the function works with.
pub struct Deliver {
    endpoints: Endpoints,
    log: Log,
    limits: Limits,
    opener: Opener,
    sender: Sender,
    schedules: Schedules,
    chores: Chores,
    policy: RetryPolicy,
    patience: Patience,
    first_attempts: Lane,
    retries: Lane,
    retries_arn: String,
}

/// One of the two queues that messages come from.
struct Lane {
    queue: Queue,
    dead_letters: Queue,
}

impl Deliver {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            endpoints: wiring.endpoints()?,
            log: wiring.log()?,
            limits: wiring.limits()?,
            opener: wiring.opener()?,
            sender: wiring.sender()?,
            schedules: wiring.schedules()?,
            chores: wiring.chores()?,
            policy: env::retry_policy()?,
            patience: env::patience()?,
            first_attempts: Lane::new(wiring, "FIRST_ATTEMPTS_QUEUE_URL", "FIRST_ATTEMPTS_DEAD_LETTERS_URL")?,
            retries: Lane::new(wiring, "RETRIES_QUEUE_URL", "RETRIES_DEAD_LETTERS_URL")?,
            retries_arn: env::text("RETRIES_QUEUE_ARN")?,
        })
    }

    /// The queue that this message came from.
    fn lane_of(&self, record: &SqsMessage) -> &Lane {
        let from_retries = record.event_source_arn.as_deref() == Some(&self.retries_arn);
        if from_retries { &self.retries } else { &self.first_attempts }
    }
}

impl Lane {
    fn new(wiring: &Wiring, queue: &'static str, dead_letters: &'static str) -> Result<Self, EnvError> {
        Ok(Self { queue: wiring.queue(queue)?, dead_letters: wiring.queue(dead_letters)? })
    }
}

/// Handles a batch.
///
/// # Errors
/// When a message that must come again has no id to say so by: then the whole batch must.
pub async fn deliver(app: Arc<Deliver>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let received: Vec<_> = event.payload.records.into_iter().map(Received::new).collect();
    let lookups = Arc::new(Lookups::read(&app, &received).await);
    let handle = |received: Received| {
        let (app, lookups) = (app.clone(), lookups.clone());
        (received.record.message_id.clone(), async move { app.handle(received, &lookups).await })
    };
    Ok(batch::each(received.into_iter().map(handle)).await?)
}
