//! `DELETE /v1/webhooks/events/{id}/retry`: cancels the retries still to come, of all deliveries or of that to one endpoint.
//!
//! Schedules and messages that stand for them are left to come: their fence has passed, so they cause nothing.

use std::sync::Arc;

use futures::future::try_join_all;
use rail::api::view::EventView;
use rail::api::{self, ApiError, Asked, Gate, Query, RACES, Request};
use rail::domain::delivery::{Delivery, NotCancellable};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::Log;
use rail::store::deliveries::Recorded;
use rail::wiring::Wiring;

/// What the route works with.
pub struct CancelRetry {
    gate: Gate,
    log: Log,
}

impl CancelRetry {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, log: wiring.log()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn cancel_retry(app: Arc<CancelRetry>, request: Request) -> Result<EventView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsWrite).await?;
    let endpoint = Query::new(&request, &["endpointId"])?.get("endpointId")?;
    let mut asked = Asked::find(&app.log, &tenant, api::id(&request)?, endpoint).await?;
    let cancelled = try_join_all(asked.deliveries().map(|delivery| app.cancel(delivery))).await?;
    if !cancelled.iter().any(Result::is_ok) {
        return Err(ApiError::Conflict(nothing_to_cancel(cancelled)));
    }
    Ok(asked.into_view())
}

impl CancelRetry {
    /// Cancels what is to come of one delivery; what it is then is left in `delivery`.
    async fn cancel(&self, delivery: &mut Delivery) -> Result<Result<(), NotCancellable>, ApiError> {
        for _ in 0..RACES {
            let next = match delivery.cancelled() {
                Ok(next) => next,
                Err(why) => return Ok(Err(why)),
            };
            match self.log.record(delivery.fence, &next).await? {
                Recorded::Written => {
                    *delivery = next;
                    return Ok(Ok(()));
                }
                Recorded::Overtaken(current) if current.state == next.state => {
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

fn nothing_to_cancel(cancelled: Vec<Result<(), NotCancellable>>) -> String {
    match cancelled.into_iter().find_map(Result::err) {
        Some(why) => format!("there is no retry to cancel: the delivery {why}"),
        None => "there is no retry to cancel: this event matched no endpoint".to_owned(),
    }
}
