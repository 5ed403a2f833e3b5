//! Publishing the event that a request holds: what routes do once they know for which tenant.

use lambda_http::Request;

use super::body::{bytes, json};
use super::error::ApiError;
use super::input::{NewEvent, idempotency_key};
use super::serve::Accepted;
use super::view::EventView;
use crate::domain::id::TenantId;
use crate::publishing::Publisher;
use crate::store::Idempotency;
use crate::strictness::Strictness;

/// Publishes the event for this tenant, or completes what an earlier request with the same idempotency key began.
///
/// # Errors
/// When it is no event, or one that may not be published; or when it could not be: then nothing is promised, and the request may
/// be repeated.
pub async fn publish(
    (publisher, strictness): (&Publisher, &Strictness),
    tenant: &TenantId,
    request: &Request,
) -> Result<Accepted<EventView>, ApiError> {
    let body = bytes(request)?;
    let publication = json::<NewEvent>(body)?.into_publication(tenant)?;
    strictness.admit(&publication.event_type, &publication.data).await?;
    let key = idempotency_key(request)?;
    let idempotency = key.as_ref().map(|key| Idempotency { key, body });
    let (published, before) = publisher.publish(tenant, publication, idempotency).await?;
    let view = EventView::new(published.event, &published.deliveries);
    Ok(if before { Accepted::Before(view) } else { Accepted::Now(view) })
}
