//! Publishes the events that services on AWS, or EventBridge, put into the queue `IngestQueue`.
//!
//! A message is acknowledged when its event is promised, as with 202 over HTTP, or lies among the dead letters because it can
//! never be published. What meets a fault of ours comes again, and is completed under the same idempotency key.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Error, LambdaEvent};
use rail::aws::AwsError;
use rail::batch;
use rail::env::EnvError;
use rail::ingest::{Ingested, TenantEvent, Unpublishable};
use rail::publishing::{PublishError, Published, Publisher};
use rail::queue::Queue;
use rail::store::{Idempotency, StoreError};
use rail::strictness::{NotAdmitted, Strictness};
use rail::wiring::Wiring;

/// What the function works with.
pub struct IngestEvents {
    strictness: Strictness,
    publisher: Publisher,
    dead_letters: Queue,
}

impl IngestEvents {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        let (strictness, publisher) = (wiring.strictness()?, wiring.publisher()?);
        Ok(Self { strictness, publisher, dead_letters: wiring.queue("INGEST_DEAD_LETTERS_URL")? })
    }
}

/// Why an event was not published.
#[derive(Debug, thiserror::Error)]
enum NotPublished {
    /// It never can be.
    #[error(transparent)]
    Unpublishable(#[from] Unpublishable),
    /// The catalog does not admit it.
    #[error("`{field}` {problem}")]
    NotAdmitted { field: String, problem: String },
    /// Another event was published under its idempotency key.
    #[error("`idempotencyKey` came with another event within the last 24 hours")]
    OtherEvent,
    /// A fault of ours: the message must come again.
    #[error(transparent)]
    Fault(Fault),
}

/// A fault of ours.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// The table did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A queue did not do its part.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// Handles a batch.
///
/// # Errors
/// When a message that must come again has no id to say so by: then the whole batch must.
pub async fn ingest_events(app: Arc<IngestEvents>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let handle = |record: SqsMessage| (record.message_id.clone(), app.clone().handle(record));
    Ok(batch::each(event.payload.records.into_iter().map(handle)).await?)
}

impl IngestEvents {
    async fn handle(self: Arc<Self>, record: SqsMessage) -> Result<(), Fault> {
        match self.publish(&record).await {
            Ok(Published { event, .. }) => {
                tracing::info!(tenant = %event.tenant, event = %event.id, message_id = record.message_id, "event.published");
                Ok(())
            }
            Err(NotPublished::Fault(fault)) => Err(fault),
            Err(why) => Ok(batch::put_aside(&self.dead_letters, &record, &why).await?),
        }
    }

    async fn publish(&self, record: &SqsMessage) -> Result<Published, NotPublished> {
        let text = record.body.as_deref().unwrap_or_default();
        let event = TenantEvent::read(text).map_err(Unpublishable::from)?;
        let event = event.known_by(record.message_id.as_deref().unwrap_or_default());
        let Ingested { tenant, key, identity, publication } = event.judged()?;
        self.strictness.admit(&publication.event_type, &publication.data).await?;
        let idempotency = Idempotency { key: &key, body: &identity };
        let (published, _) = self.publisher.publish(&tenant, publication, Some(idempotency)).await?;
        Ok(published)
    }
}

impl From<NotAdmitted> for NotPublished {
    fn from(error: NotAdmitted) -> Self {
        match error {
            NotAdmitted::UnknownType(_) => Self::NotAdmitted { field: "type".to_owned(), problem: error.to_string() },
            NotAdmitted::Data { field, problem } => Self::NotAdmitted { field, problem },
            NotAdmitted::Store(error) => Self::Fault(error.into()),
        }
    }
}

impl From<PublishError> for NotPublished {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::OtherBody => Self::OtherEvent,
            PublishError::Store(error) => Self::Fault(error.into()),
            PublishError::Queue(error) => Self::Fault(error.into()),
        }
    }
}
