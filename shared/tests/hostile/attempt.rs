//! One attempt, made by the sender that production uses.

use std::time::Duration;

use http::HeaderName;
use jiff::Timestamp;
use rail::domain::delivery::Exchange;
use rail::domain::endpoint::{CustomHeaders, Endpoint, EndpointMetadata, EndpointStatus, Subscription};
use rail::domain::event::Body;
use rail::domain::id::{EndpointId, EventId};
use rail::domain::target::{TargetRules, TargetUrl};
use rail::sender::{Parcel, Sender};

/// What is sent.
pub const BODY: &[u8] = br#"{"a":1}"#;

const AT: Timestamp = Timestamp::UNIX_EPOCH;

/// The sender of a deployment with these rules and this attempt time-out.
pub fn sender(rules: TargetRules, timeout: Duration) -> Sender {
    Sender::new(None, rules, timeout, HeaderName::from_static("x-iof-signature")).unwrap()
}

/// An attempt at an endpoint whose URL was let in, by whatever rules.
pub async fn attempt(sender: &Sender, url: &str) -> Exchange {
    let endpoint = Endpoint {
        id: EndpointId::new(AT, 1),
        tenant: "acme".parse().unwrap(),
        url: TargetUrl::parse(url).unwrap(),
        subscription: Subscription::try_from(vec!["*".parse().unwrap()]).unwrap(),
        status: EndpointStatus::Active,
        description: None,
        metadata: EndpointMetadata::default(),
        headers: CustomHeaders::default(),
        rate_limit: None,
        failing: None,
        created_at: AT,
        updated_at: AT,
    };
    let body = Body::from_bytes(BODY.to_vec());
    sender.send(Parcel { endpoint: &endpoint, secrets: &[], event: EventId::new(AT, 2), body: &body }, AT).await
}
