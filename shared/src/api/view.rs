//! What clients see. Nothing else decides it: internal types have no outward form of their own.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::error::{ApiError, ErrorView};
use crate::domain::delivery::{Attempt, Delivery, Reason, Status, Trigger};
use crate::domain::endpoint::{
    CustomHeaders, Description, DisabledReason, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use crate::domain::event::{Event, EventHead, EventMetadata, rfc3339};
use crate::domain::id::{EndpointId, EventId};
use crate::domain::pace::Rate;
use crate::domain::pattern::EventType;
use crate::domain::secret::SigningSecret;
use crate::domain::target::TargetUrl;
use crate::publishing::Published;
use crate::store::StoreError;

/// A body of an answer.
pub trait View: Serialize {}

/// A time as clients see it.
#[derive(Debug)]
struct Time(Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339(self.0))
    }
}

/// An endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    id: EndpointId,
    url: TargetUrl,
    events: Subscription,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Revealed>,
    status: &'static str,
    disabled_reason: Option<DisabledReason>,
    disabled_at: Option<Time>,
    description: Option<Description>,
    metadata: EndpointMetadata,
    headers: CustomHeaders,
    rate_limit: Option<Rate>,
    created_at: Time,
    updated_at: Time,
}

/// A secret that is shown this once.
#[derive(Debug)]
struct Revealed(SigningSecret);

impl Serialize for Revealed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.reveal())
    }
}

impl EndpointView {
    /// The endpoint, without its secret.
    pub fn new(endpoint: Endpoint) -> Self {
        let Endpoint {
            id,
            tenant: _,
            url,
            subscription,
            status,
            description,
            metadata,
            headers,
            rate_limit,
            failing: _,
            created_at,
            updated_at,
        } = endpoint;
        let (status, disabling) = match status {
            EndpointStatus::Active => ("active", None),
            EndpointStatus::Paused => ("paused", None),
            EndpointStatus::Disabled(disabling) => ("disabled", Some(disabling)),
        };
        let (events, secret) = (subscription, None);
        Self {
            id,
            url,
            events,
            secret,
            status,
            disabled_reason: disabling.map(|disabling| disabling.reason),
            disabled_at: disabling.map(|disabling| Time(disabling.at)),
            description,
            metadata,
            headers,
            rate_limit,
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        }
    }

    /// The endpoint with its secret: the only place where one leaves.
    pub fn with_secret(endpoint: Endpoint, secret: SigningSecret) -> Self {
        Self { secret: Some(Revealed(secret)), ..Self::new(endpoint) }
    }
}

impl View for EndpointView {}

/// An event with its deliveries.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    id: EventId,
    #[serde(rename = "type")]
    event_type: EventType,
    status: Status,
    created_at: Time,
    metadata: EventMetadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Vec<DeliveryView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
}

impl EventView {
    /// The event, with these of its deliveries, without its data.
    pub fn new(event: EventHead, deliveries: &[Delivery]) -> Self {
        let EventHead { id, tenant: _, event_type, created_at, metadata, endpoints: _, expires: _ } = event;
        let status = Status::of_event(deliveries.iter().map(Delivery::status));
        let deliveries = Some(deliveries.iter().map(DeliveryView::new).collect());
        Self { id, event_type, status, created_at: Time(created_at), metadata, deliveries, data: None }
    }

    /// The event with its data.
    ///
    /// # Errors
    /// When what is stored as its body is none.
    pub fn with_data(event: Event, deliveries: &[Delivery]) -> Result<Self, ApiError> {
        let data = event.body.data();
        let data = data.map_err(|error| StoreError::Unreadable { what: "event", problem: error.to_string() })?;
        Ok(Self { data: Some(data), ..Self::new(event.head, deliveries) })
    }
}

impl View for EventView {}

/// What became of each event of a batch, in the order of the request.
#[derive(Debug, Serialize)]
pub struct PublishedView {
    data: Vec<ResultView>,
    accepted: usize,
    refused: usize,
}

/// What became of one: the event, or why there is none, with the status that publishing it alone would have been answered with.
#[derive(Debug, Serialize)]
struct ResultView {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
}

impl PublishedView {
    /// The answer to a batch.
    ///
    /// # Errors
    /// When not one event was accepted, and that was a fault of ours: then the request as a whole is to be repeated.
    pub fn new(results: Vec<Result<Published, ApiError>>, request_id: &str) -> Result<Self, ApiError> {
        let accepted = results.iter().filter(|result| result.is_ok()).count();
        let refused = results.len() - accepted;
        let all_deliveries: usize = results.iter().flatten().map(|published| published.deliveries.len()).sum();
        let mut data = Vec::with_capacity(results.len());
        for result in results {
            data.push(match result {
                Err(fault) if accepted == 0 && fault.is_ours() => return Err(fault),
                Err(error) => ResultView { status: error.kind().0, event: None, error: Some(error.tell(request_id)) },
                Ok(Published { event, deliveries }) => {
                    let mut event = EventView::new(event, &deliveries);
                    event.deliveries.take_if(|_| all_deliveries > MOST_DELIVERIES);
                    ResultView { status: ACCEPTED, event: Some(event), error: None }
                }
            });
        }
        Ok(Self { data, accepted, refused })
    }

    /// 202 when every event was accepted, 207 when a look at the results is needed.
    pub(super) fn status(&self) -> u16 {
        if self.refused == 0 { ACCEPTED } else { MULTI_STATUS }
    }
}

/// The most deliveries that an answer shows, 150 bytes each. An answer may have 6 MB (Lambda), half of which the events' metadata
/// may take; who gets an answer without deliveries asks for those of each event.
const MOST_DELIVERIES: usize = 15_000;
/// HTTP statuses (RFC 9110, 15.3.3; RFC 4918, 11.1).
const ACCEPTED: u16 = 202;
const MULTI_STATUS: u16 = 207;

/// A delivery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    endpoint_id: EndpointId,
    status: Status,
    attempts: usize,
    next_attempt_at: Option<Time>,
    last_attempt_at: Option<Time>,
    reason: Option<Reason>,
}

impl DeliveryView {
    fn new(delivery: &Delivery) -> Self {
        Self {
            endpoint_id: delivery.endpoint,
            status: delivery.status(),
            attempts: delivery.attempts.len(),
            next_attempt_at: delivery.next_attempt_at().map(Time),
            last_attempt_at: delivery.attempts.last().map(|attempt| Time(attempt.started_at)),
            reason: delivery.reason(),
        }
    }
}

/// An attempt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    endpoint_id: EndpointId,
    number: u32,
    round: u32,
    trigger: Trigger,
    started_at: Time,
    duration_ms: u32,
    outcome: &'static str,
    response_status: Option<u16>,
    error: Option<String>,
    response_body: Option<String>,
}

impl AttemptView {
    /// An attempt of a delivery to this endpoint.
    pub fn new(endpoint_id: EndpointId, attempt: Attempt) -> Self {
        let Attempt { number, fence: _, round, trigger, started_at, duration_ms, outcome, response_body } = attempt;
        Self {
            endpoint_id,
            number,
            round,
            trigger,
            started_at: Time(started_at),
            duration_ms,
            outcome: outcome.as_str(),
            response_status: outcome.response_status(),
            error: outcome.error().map(str::to_owned),
            response_body,
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListView<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
    has_more: bool,
}

impl<T> ListView<T> {
    /// A page, and the cursor that leads to the next if there may be one.
    pub fn new(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { data, has_more: next_cursor.is_some(), next_cursor }
    }
}

impl<T: Serialize> View for ListView<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::AwsError;
    use crate::domain::id::TenantId;

    fn published(endpoints: u128) -> Result<Published, ApiError> {
        let at = Timestamp::UNIX_EPOCH;
        let tenant: TenantId = "acme".parse().unwrap();
        let event = EventHead {
            id: EventId::new(at, 1),
            tenant,
            event_type: "contract.created".parse().unwrap(),
            created_at: at,
            metadata: EventMetadata::default(),
            endpoints: (0..endpoints).map(|number| EndpointId::new(at, number)).collect(),
            expires: at,
        };
        let deliveries = event.endpoints.iter().map(|endpoint| Delivery::first_of(&event, *endpoint)).collect();
        Ok(Published { event, deliveries })
    }

    fn of_ours() -> Result<Published, ApiError> {
        Err(AwsError::new("enqueue", "throttled").into())
    }

    fn answer(results: Vec<Result<Published, ApiError>>) -> (u16, String) {
        let view = PublishedView::new(results, "req-1").unwrap();
        (view.status(), serde_json::to_string(&view).unwrap())
    }

    #[test]
    fn what_became_of_each_stands_at_its_place() {
        let (status, text) = answer(vec![published(0), Err(ApiError::invalid("type", "is missing")), of_ours()]);
        assert_eq!(status, 207);
        insta::assert_snapshot!(
            text,
            @r#"{"data":[{"status":202,"event":{"id":"evt_00000000000000000000000001","type":"contract.created","status":"delivered","createdAt":"1970-01-01T00:00:00.000Z","metadata":{},"deliveries":[]}},{"status":400,"error":{"code":"VALIDATION_FAILED","message":"type is missing","details":[{"field":"type","message":"is missing"}]}},{"status":503,"error":{"code":"UNAVAILABLE","message":"the service cannot do this at the moment; try again shortly"}}],"accepted":1,"refused":2}"#
        );
        assert_eq!(answer(vec![published(1)]).0, 202);
    }

    #[test]
    fn where_nothing_is_accepted_and_that_is_our_fault_the_request_as_a_whole_is_to_be_repeated() {
        let refused = || Err(ApiError::invalid("type", "is missing"));
        let whole = PublishedView::new(vec![refused(), of_ours()], "req-1");
        assert!(matches!(whole, Err(ApiError::Unavailable(_))));
        assert!(PublishedView::new(vec![refused(), refused()], "req-1").is_ok());
    }

    #[test]
    fn an_answer_never_grows_beyond_what_a_function_may_answer() {
        let most = |endpoints| (0..100).map(|_| published(endpoints)).collect::<Vec<_>>();
        let (_, shown) = answer(most(150));
        assert!(shown.contains(r#""deliveries":[{"#) && shown.len() < 3 * 1024 * 1024, "{}", shown.len());
        let (_, not_shown) = answer(most(500));
        assert!(!not_shown.contains("deliveries") && not_shown.len() < shown.len());
    }
}
