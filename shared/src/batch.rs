//! Handling a batch of a queue: all messages at once, each for itself.
//!
//! The batch answers with the messages that are to come again: those that met a fault of *ours*. A panic costs its own
//! message, and none of the others. What no code can read goes to the dead letters at once: coming again would not mend it.

use std::fmt::Display;
use std::future::Future;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};

use crate::aws::AwsError;
use crate::queue::Queue;

/// Handles each message of a batch: its id, and how it is handled.
///
/// # Errors
/// When a message that must come again has no id to say so by: then the whole batch must.
pub async fn each<H, E>(batch: impl Iterator<Item = (Option<String>, H)>) -> Result<SqsBatchResponse, &'static str>
where
    H: Future<Output = Result<(), E>> + Send + 'static,
    E: Display + Send + 'static,
{
    let under_way: Vec<_> = batch.map(|(id, handling)| (id, tokio::spawn(handling))).collect();
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

/// Puts a message that cannot be read among the dead letters.
///
/// # Errors
/// When these do not take it: it must come again.
pub async fn put_aside(dead_letters: &Queue, record: &SqsMessage, why: &(dyn Display + Sync)) -> Result<(), AwsError> {
    dead_letters.put_aside(record.body.as_deref().unwrap_or_default()).await?;
    tracing::error!(message_id = record.message_id, error = %why, "message.put_aside");
    Ok(())
}
