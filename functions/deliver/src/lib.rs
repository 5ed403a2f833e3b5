//! Sends what is due: takes messages from the queues of first attempts and of retries.
//!
//! All messages of a batch are handled at once, each for itself. The batch answers with those that are to come again:
//! those that met a fault of *ours*. A receiver's refusal is recorded, not reported: the queue knows nothing of it.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Error, LambdaEvent};
use rail::domain::retry::RetryPolicy;
use rail::env::{self, EnvError};
use rail::queue::Queue;
use rail::schedule::Schedules;
use rail::sealing::Opener;
use rail::sender::Sender;
use rail::store::Log;
use rail::store::endpoints::Endpoints;
use rail::wiring::{StartError, Wiring};

mod message;

/// What the function works with.
pub struct Deliver {
    endpoints: Endpoints,
    log: Log,
    opener: Opener,
    sender: Sender,
    schedules: Schedules,
    policy: RetryPolicy,
    dead_letters: DeadLetters,
}

/// Where each queue's unreadable messages go.
struct DeadLetters {
    first_attempts: Queue,
    retries: Queue,
    retries_arn: String,
}

impl Deliver {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            endpoints: wiring.endpoints()?,
            log: wiring.log()?,
            opener: wiring.opener()?,
            sender: wiring.sender()?,
            schedules: wiring.schedules()?,
            policy: env::retry_policy()?,
            dead_letters: DeadLetters::new(wiring)?,
        })
    }
}

impl DeadLetters {
    fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self {
            first_attempts: wiring.queue("FIRST_ATTEMPTS_DEAD_LETTERS_URL")?,
            retries: wiring.queue("RETRIES_DEAD_LETTERS_URL")?,
            retries_arn: env::text("RETRIES_QUEUE_ARN")?,
        })
    }

    /// Of the queue that this message came from.
    fn beside(&self, record: &SqsMessage) -> &Queue {
        let from_retries = record.event_source_arn.as_deref() == Some(&self.retries_arn);
        if from_retries { &self.retries } else { &self.first_attempts }
    }
}

/// Handles a batch.
///
/// # Errors
/// When a message that must come again has no id to say so by: then the whole batch must.
pub async fn deliver(app: Arc<Deliver>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    // A task each: a panic costs its own message, and none of the others.
    let handle = |record: SqsMessage| {
        let (app, id) = (app.clone(), record.message_id.clone());
        (id, tokio::spawn(async move { app.handle(&record).await }))
    };
    let under_way: Vec<_> = event.payload.records.into_iter().map(handle).collect();
    let mut again = SqsBatchResponse::default();
    for (id, task) in under_way {
        let fault = match task.await {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => fault.to_string(),
            Err(panic) => panic.to_string(),
        };
        tracing::error!(message_id = id, error = fault, "message.failed");
        // An empty id would fail the whole batch without a word.
        again.add_failure(id.filter(|id| !id.is_empty()).ok_or("a message that must come again has no id")?);
    }
    Ok(again)
}
