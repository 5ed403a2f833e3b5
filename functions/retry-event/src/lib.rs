//! `POST /v1/webhooks/events/{id}/retry`: delivers again now what failed or waits.
//!
//! Each delivery's message goes into the queue before its new state is recorded: whichever of the two comes second finds
//! the first's work. A crash in between leaves a message that the delivery function completes (see `rail::domain::delivery`),
//! never a delivery that waits for nothing.

use std::sync::Arc;

use futures::future::try_join_all;
use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, Asked, Gate, RACES, Request, RetryInput};
use rail::clock;
use rail::domain::delivery::{Delivery, NotRetryable, Retry, Trigger};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::queue::{Message, Queue};
use rail::store::Log;
use rail::store::deliveries::Recorded;
use rail::wiring::Wiring;

/// What the route works with.
pub struct RetryEvent {
    gate: Gate,
    log: Log,
    queue: Queue,
}

impl RetryEvent {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, log: wiring.log()?, queue: wiring.queue("RETRIES_QUEUE_URL")? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn retry_event(app: Arc<RetryEvent>, request: Request) -> Result<Accepted<EventView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsWrite).await?;
    let id = api::id(&request)?;
    let RetryInput { endpoint_id } = api::json_or_default(api::bytes(&request)?)?;
    let mut asked = Asked::find(&app.log, &tenant, id, endpoint_id).await?;
    let retried = try_join_all(asked.deliveries().map(|delivery| app.retry(delivery))).await?;
    if !retried.iter().any(Result::is_ok) {
        return Err(ApiError::Conflict(nothing_to_retry(retried)));
    }
    Ok(Accepted::Now(asked.into_view()))
}

impl RetryEvent {
    /// Brings one delivery forward; what it is then is left in `delivery`.
    async fn retry(&self, delivery: &mut Delivery) -> Result<Result<(), NotRetryable>, ApiError> {
        for _ in 0..RACES {
            let next = match delivery.retry_by_hand() {
                Ok(Retry::Now(next)) => next,
                Ok(Retry::Again) => {
                    self.queue.send(&[Message::about(delivery, Trigger::Manual)], clock::now()).await?;
                    return Ok(Ok(()));
                }
                Err(why) => return Ok(Err(why)),
            };
            self.queue.send(&[Message::about(&next, Trigger::Manual)], clock::now()).await?;
            match self.log.record(delivery.fence, &next).await? {
                Recorded::Written => {
                    *delivery = next;
                    return Ok(Ok(()));
                }
                // An attempt ended meanwhile, or the delivery function was quicker than this one.
                Recorded::Overtaken(current) if current.fence > next.fence || current.state == next.state => {
                    *delivery = current;
                    return Ok(Ok(()));
                }
                Recorded::Overtaken(current) => *delivery = current,
                Recorded::Missing => return Err(ApiError::NotFound("event")),
            }
        }
        Err(ApiError::racing())
    }
}

fn nothing_to_retry(retried: Vec<Result<(), NotRetryable>>) -> String {
    match retried.into_iter().find_map(Result::err) {
        Some(why) => format!("there is nothing to retry: every delivery {why}"),
        None => "there is nothing to retry: this event matched no endpoint".to_owned(),
    }
}
