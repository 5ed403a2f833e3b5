//! `POST /v1/webhooks/events/batch`: accepts up to 100 events for delivery, each for itself.
//!
//! Which event stands at which place is what makes a repeated request the same: one that must be mended keeps its place.

use std::sync::Arc;

use rail::api::view::PublishedView;
use rail::api::{self, Accepted, ApiError, Gate, NewEvents, Request};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::publishing::{Publication, PublishedAll, Publisher};
use rail::store::Idempotency;
use rail::strictness::Strictness;
use rail::wiring::Wiring;

/// What the route works with.
pub struct PublishEvents {
    gate: Gate,
    strictness: Strictness,
    publisher: Publisher,
}

impl PublishEvents {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, strictness: wiring.strictness()?, publisher: wiring.publisher()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes, where it concerns the request as a whole.
pub async fn publish_events(app: Arc<PublishEvents>, request: Request) -> Result<Accepted<PublishedView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsPublish).await?;
    let body = api::bytes_of_batch(&request)?;
    let mut events = api::json::<NewEvents>(body)?.into_publications(&tenant)?;
    for event in &mut events {
        if let Ok(Publication { event_type, data, .. }) = event
            && let Err(refused) = app.strictness.admit(event_type, data).await
        {
            *event = Err(refused.into());
        }
    }
    let key = api::idempotency_key(&request)?;
    let idempotency = key.as_ref().map(|key| Idempotency { key, body });

    let (valid, refused): (Vec<_>, Vec<_>) = events.into_iter().map(parted).unzip();
    let published = if valid.iter().any(Option::is_some) {
        app.publisher.publish_all(&tenant, valid, idempotency).await?
    } else {
        // There is nothing that the key could stand for: the mended request may come with it.
        PublishedAll { each: refused.iter().map(|_| None).collect(), replayed: false }
    };
    let each = published.each.into_iter().zip(refused);
    let results = each.filter_map(|(published, refused)| match published {
        Some(published) => Some(published.map_err(ApiError::from)),
        None => refused.map(Err),
    });
    let view = PublishedView::new(results.collect(), &api::request_id(&request))?;
    Ok(if published.replayed { Accepted::Before(view) } else { Accepted::Now(view) })
}

fn parted<T, E>(result: Result<T, E>) -> (Option<T>, Option<E>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    }
}
