//! Events without an endpoint: read from the list, composed and signed here as the rail would.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::Bytes;
use jiff::Timestamp;
use rail::clock;
use rail::domain::event::{Body, Data, EventMetadata};
use rail::domain::id::{EventId, TenantId};
use rail::domain::pattern::{EventType, Pattern};
use rail::domain::secret::SigningSecret;
use rail::domain::signature;
use serde_json::value::RawValue;

use super::forward::Forward;
use crate::api::Api;
use crate::api::view::Event;
use crate::arrivals::Arrivals;
use crate::failure::Failure;
use crate::terminal;

/// How long it waits between two readings.
const EVERY: Duration = Duration::from_secs(1);

const AGENT: HeaderValue = HeaderValue::from_static(concat!("webhooks-rail/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Passes on what is published from now on.
pub async fn run(api: &Api, forward: &Forward, events: &[Pattern], composer: &Composer) -> Result<(), Failure> {
    let mut arrivals = Arrivals::of(api);
    arrivals.read(Timestamp::MAX).await?;
    terminal::say("Listening to what is published; Ctrl-C ends it.");
    loop {
        tokio::time::sleep(EVERY).await;
        let new = arrivals.read(Timestamp::MAX).await?.into_iter().filter(|arrival| arrival.new);
        // The oldest first.
        for event in new.map(|arrival| arrival.event).collect::<Vec<_>>().into_iter().rev() {
            let is_wanted = |event_type: EventType| events.iter().any(|pattern| pattern.matches(&event_type));
            if event.event_type.parse().is_ok_and(is_wanted) {
                let whole: Event = api.get(&["events", &event.id]).fetch().await?;
                let (headers, body) = composer.compose(whole, clock::now())?;
                forward.pass(headers, body).await?;
            }
        }
    }
}

/// What makes a request of an event.
pub struct Composer {
    pub secret: SigningSecret,
    pub tenant: TenantId,
    pub signature_header: HeaderName,
}

impl Composer {
    /// The request that an endpoint with this secret would get.
    fn compose(&self, event: Event, now: Timestamp) -> Result<(HeaderMap, Bytes), Failure> {
        let unreadable = |what: &str| Failure::Failed(format!("{}: its {what} cannot be read", event.id));
        let id: EventId = event.id.parse().map_err(|_| unreadable("id"))?;
        let event_type: EventType = event.event_type.parse().map_err(|_| unreadable("type"))?;
        let data = event.data.clone().and_then(|data| Data::new(data).ok()).ok_or_else(|| unreadable("data"))?;
        let tenant = named_in(&event.metadata).unwrap_or_else(|| self.tenant.clone());
        let metadata = EventMetadata::new(event.metadata.clone(), &tenant).map_err(|_| unreadable("metadata"))?;
        let body = Body::compose((id, event.created_at), &event_type, &data, &metadata, &tenant);
        Ok((self.headers(&event.id, body.as_bytes(), now)?, Bytes::copy_from_slice(body.as_bytes())))
    }

    fn headers(&self, id: &str, body: &[u8], now: Timestamp) -> Result<HeaderMap, Failure> {
        let secrets = std::slice::from_ref(&self.secret);
        let text =
            |text: String| HeaderValue::try_from(text).map_err(|_| Failure::Failed(format!("{id}: its id is none")));
        Ok(HeaderMap::from_iter([
            (CONTENT_TYPE, JSON),
            (USER_AGENT, AGENT),
            (HeaderName::from_static("webhook-id"), text(id.to_owned())?),
            (HeaderName::from_static("webhook-timestamp"), now.as_second().into()),
            (HeaderName::from_static("webhook-signature"), text(signature::standard(id, now, body, secrets))?),
            (self.signature_header.clone(), text(signature::timed(now, body, secrets))?),
        ]))
    }
}

/// The tenant, where the publisher named it.
fn named_in(metadata: &BTreeMap<String, Box<RawValue>>) -> Option<TenantId> {
    serde_json::from_str(metadata.get("tenantId")?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composer() -> Composer {
        Composer {
            secret: SigningSecret::generate([7; 32]),
            tenant: "acme".parse().unwrap(),
            signature_header: HeaderName::from_static("x-iof-signature"),
        }
    }

    fn event(metadata: &str) -> Event {
        let text = r#"{"id":"evt_01M85799PFY4HXC6CAM002M5T7","type":"contract.created","status":"delivered",
            "createdAt":"2026-11-24T08:00:00.000Z","deliveries":[],"data":{"amount": 1.10},"metadata":"#;
        serde_json::from_str(&format!("{text}{metadata}}}")).unwrap()
    }

    #[test]
    fn a_request_is_what_the_rail_would_send_and_verifies_in_both_ways() {
        let now = Timestamp::from_second(1_764_000_000).unwrap();
        let (headers, body) = composer().compose(event(r#"{"trace":"t-1"}"#), now).unwrap();
        let expected = r#"{"id":"evt_01M85799PFY4HXC6CAM002M5T7","type":"contract.created","created":"2026-11-24T08:00:00.000Z","data":{"amount": 1.10},"metadata":{"trace":"t-1","tenantId":"acme"}}"#;
        assert_eq!(body, expected);
        let text = |name: &str| headers.get(name).unwrap().to_str().unwrap();
        assert_eq!(text("webhook-timestamp"), "1764000000");
        let secret = SigningSecret::generate([7; 32]);
        let (id, timestamp, standard) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
        assert!(signature::verify_standard(id, timestamp, standard, &body, &secret, now).is_ok());
        assert!(signature::verify_timed(text("x-iof-signature"), &body, &secret, now).is_ok());
    }

    #[test]
    fn the_tenant_is_the_one_that_the_event_names() {
        let (_, body) = composer().compose(event(r#"{"tenantId":"globex"}"#), Timestamp::UNIX_EPOCH).unwrap();
        assert!(body.ends_with(br#""metadata":{"tenantId":"globex"}}"#));
    }
}
