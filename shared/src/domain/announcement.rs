//! Events that the rail publishes itself, to the endpoints of the tenant they concern.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::to_raw_value;
use sha2::{Digest, Sha256};

use super::endpoint::{DisabledReason, Disabling, Endpoint};
use super::event::{Data, EventError, rfc3339};
use super::id::{EndpointId, EventId};
use super::pattern::{EventType, PatternError};
use super::target::TargetUrl;

/// The type of the event that tells of a disabled endpoint.
const ENDPOINT_DISABLED: &str = "webhook.endpoint.disabled";

/// The type of the event that tests an endpoint.
const TEST: &str = "webhook.test";
/// What it says.
const TEST_MESSAGE: &str = "This is a test of your webhook endpoint. Nothing has happened.";

/// An event of the rail's own.
#[derive(Debug)]
pub struct Announcement {
    /// The event's id.
    pub id: EventId,
    /// When what it tells happened.
    pub at: Timestamp,
    /// Its type.
    pub event_type: EventType,
    /// What it tells.
    pub data: Data,
}

/// Why an announcement cannot be made: a mistake in this file, which its test would show.
#[derive(Debug, thiserror::Error)]
pub enum Unspeakable {
    /// Its type is none.
    #[error(transparent)]
    Type(#[from] PatternError),
    /// Its data are none.
    #[error(transparent)]
    Data(#[from] EventError),
    /// Its data are no JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointDisabled<'a> {
    endpoint_id: EndpointId,
    url: &'a TargetUrl,
    reason: DisabledReason,
    disabled_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    endpoint_id: EndpointId,
    message: &'a str,
}

/// A test of an endpoint, as the event of this id.
///
/// # Errors
/// Never, as long as this file is right.
pub fn endpoint_test(endpoint: EndpointId, id: EventId, at: Timestamp) -> Result<Announcement, Unspeakable> {
    let data = Test { endpoint_id: endpoint, message: TEST_MESSAGE };
    Ok(Announcement { id, at, event_type: TEST.parse()?, data: Data::new(to_raw_value(&data)?)? })
}

/// That an endpoint was disabled. The event's id follows from what it tells, so that publishing it twice publishes it once.
///
/// # Errors
/// Never, as long as this file is right.
pub fn endpoint_disabled(endpoint: &Endpoint, disabling: &Disabling) -> Result<Announcement, Unspeakable> {
    let Disabling { reason, at, announced: _ } = *disabling;
    let disabled_at = rfc3339(at);
    let told = Sha256::digest(format!("{ENDPOINT_DISABLED} {} {at}", endpoint.id));
    let random = told.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let data = EndpointDisabled { endpoint_id: endpoint.id, url: &endpoint.url, reason, disabled_at };
    Ok(Announcement {
        id: EventId::new(at, random),
        at,
        event_type: ENDPOINT_DISABLED.parse()?,
        data: Data::new(to_raw_value(&data)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::endpoint::EndpointStatus;
    use crate::domain::target::TargetRules;

    fn endpoint() -> Endpoint {
        let at = Timestamp::UNIX_EPOCH;
        Endpoint {
            id: EndpointId::new(at, 1),
            tenant: "acme".parse().unwrap(),
            url: TargetRules::PublicOnly.parse("https://example.com/hook").unwrap(),
            subscription: vec!["*".parse().unwrap()].try_into().unwrap(),
            status: EndpointStatus::Active,
            description: None,
            metadata: Default::default(),
            headers: Default::default(),
            rate_limit: None,
            failing: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_test_says_that_it_is_one() {
        let at = Timestamp::UNIX_EPOCH;
        let test = endpoint_test(EndpointId::new(at, 1), EventId::new(at, 2), at).unwrap();
        assert_eq!(test.event_type.as_str(), "webhook.test");
        insta::assert_snapshot!(
            test.data.as_str(),
            @r#"{"endpointId":"we_00000000000000000000000001","message":"This is a test of your webhook endpoint. Nothing has happened."}"#
        );
    }

    #[test]
    fn a_disabling_is_told_as_one_event_however_often() {
        let disabling = |second| Disabling::new(DisabledReason::Gone, Timestamp::from_second(second).unwrap());
        let told = endpoint_disabled(&endpoint(), &disabling(1)).unwrap();
        assert_eq!(told.id, endpoint_disabled(&endpoint(), &disabling(1)).unwrap().id);
        assert_ne!(told.id, endpoint_disabled(&endpoint(), &disabling(2)).unwrap().id);
        insta::assert_snapshot!(
            told.data.as_str(),
            @r#"{"endpointId":"we_00000000000000000000000001","url":"https://example.com/hook","reason":"gone","disabledAt":"1970-01-01T00:00:01.000Z"}"#
        );
    }
}
