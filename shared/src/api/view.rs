//! What clients see. Nothing else decides it: internal types have no outward form of their own.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::error::{ApiError, ErrorView};
use super::input::PatchStatus;
use super::openapi::AnyObject;
use crate::domain::catalog::{CatalogEntry, Example, Schema, TypeDescription};
use crate::domain::delivery::{Attempt, Delivery, Reason, Status, Trigger};
use crate::domain::endpoint::{
    CustomHeaders, Description, DisabledReason, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use crate::domain::event::{Event, EventHead, EventMetadata, rfc3339};
use crate::domain::id::{EndpointId, EventId, RecoveryId};
use crate::domain::pace::Rate;
use crate::domain::pattern::EventType;
use crate::domain::recovery::{Recovery, RecoveryStatus};
use crate::domain::secret::SigningSecret;
use crate::domain::stats::{Bucket, Counts, Latency, Stats};
use crate::domain::target::TargetUrl;
use crate::publishing::Published;
use crate::store::StoreError;

/// A body of an answer.
pub trait View: Serialize {}

/// A time as clients see it.
#[derive(Debug)]
pub(super) struct Time(Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339(self.0))
    }
}

/// An endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Endpoint")]
pub struct EndpointView {
    /// Its id.
    id: EndpointId,
    /// Where requests go.
    url: TargetUrl,
    /// The patterns of the event types it subscribes to.
    events: Subscription,
    /// The signing secret, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Revealed")]
    secret: Option<Revealed>,
    /// Whether it takes events.
    #[schemars(with = "PatchStatus")]
    status: &'static str,
    /// Why it is disabled, if it is.
    disabled_reason: Option<DisabledReason>,
    /// Since when it is disabled, if it is.
    disabled_at: Option<Time>,
    /// A line about it.
    description: Option<Description>,
    /// The tenant's own notes.
    metadata: EndpointMetadata,
    /// Headers that are sent along.
    headers: CustomHeaders,
    /// How many deliveries a second it gets at most.
    rate_limit: Option<Rate>,
    /// When it was registered.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A secret that is shown this once.
#[derive(Debug)]
pub(super) struct Revealed(SigningSecret);

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
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Event")]
pub struct EventView {
    /// Its id.
    id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    event_type: EventType,
    /// Where its deliveries stand: retrying if any is, else pending, else failed, else delivered.
    status: Status,
    /// When it was published.
    created_at: Time,
    /// What its publisher noted.
    metadata: EventMetadata,
    /// One for each endpoint it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<DeliveryView>")]
    deliveries: Option<Vec<DeliveryView>>,
    /// The particulars, to the letter: where one event is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyObject")]
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
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedEvents")]
pub struct PublishedView {
    /// What became of each, in the order of the request.
    data: Vec<ResultView>,
    /// How many were accepted.
    accepted: usize,
    /// How many were not.
    refused: usize,
}

/// What became of one: the event, or why there is none, with the status that publishing it alone would have been answered with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedEvent")]
struct ResultView {
    /// The status with which it alone would have been answered.
    status: u16,
    /// The event, if it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventView")]
    event: Option<EventView>,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ErrorView")]
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

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Delivery")]
pub struct DeliveryView {
    /// To which endpoint.
    endpoint_id: EndpointId,
    /// Where it stands.
    status: Status,
    /// How many attempts were made.
    attempts: usize,
    /// When the next is due, if one is.
    next_attempt_at: Option<Time>,
    /// When the last was made.
    last_attempt_at: Option<Time>,
    /// Why it failed, if it did.
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

/// One HTTP request of a delivery.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Attempt")]
pub struct AttemptView {
    /// To which endpoint.
    endpoint_id: EndpointId,
    /// Which of the delivery's attempts: 1, 2, 3, …
    number: u32,
    /// Which round of the retry policy; a manual retry of a failed delivery begins another.
    round: u32,
    /// Who asked for it.
    trigger: Trigger,
    /// When it was begun.
    started_at: Time,
    /// How long it took, in milliseconds.
    duration_ms: u32,
    /// How it ended.
    #[schemars(extend("enum" = ["accepted", "refused", "gone", "timed_out", "unreachable", "forbidden_address"]))]
    outcome: &'static str,
    /// The HTTP status of the answer, if there was one.
    response_status: Option<u16>,
    /// What went wrong, where there was no answer.
    error: Option<String>,
    /// The beginning of the answer, at most 1 KB.
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

/// A recovery of what failed at an endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Recovery")]
pub struct RecoveryView {
    /// Its id.
    id: RecoveryId,
    /// Of which endpoint's deliveries.
    endpoint_id: EndpointId,
    /// `running`; `completed`; `stopped` where the endpoint was disabled or deleted meanwhile.
    #[schemars(extend("enum" = ["running", "completed", "stopped"]))]
    status: &'static str,
    /// Deliveries of events published from then on.
    since: Time,
    /// Up to, and without, this moment.
    until: Time,
    /// How many deliveries were started again.
    recovered: u32,
    /// How many could not be, because they have had all the attempts there may be.
    skipped: u32,
    /// When it was asked for.
    created_at: Time,
    /// When it ended.
    completed_at: Option<Time>,
}

impl RecoveryView {
    /// The recovery, as it stands.
    pub fn new(recovery: Recovery) -> Self {
        let Recovery { id, tenant: _, endpoint, period, status, reached: _, recovered, skipped, created_at } = recovery;
        let (status, completed_at) = match status {
            RecoveryStatus::Running => ("running", None),
            RecoveryStatus::Completed { at } => ("completed", Some(at)),
            RecoveryStatus::Stopped { at } => ("stopped", Some(at)),
        };
        Self {
            id,
            endpoint_id: endpoint,
            status,
            since: Time(period.since()),
            until: Time(period.until()),
            recovered,
            skipped,
            created_at: Time(created_at),
            completed_at: completed_at.map(Time),
        }
    }
}

impl View for RecoveryView {}

/// What became of an endpoint's deliveries over a period.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Stats")]
pub struct StatsView {
    /// Of which endpoint.
    endpoint_id: EndpointId,
    /// Of events published from then on.
    since: Time,
    /// Up to, and without, this moment.
    until: Time,
    /// Deliveries, by where they stand.
    deliveries: DeliveryCounts,
    /// Attempts of these deliveries.
    attempts: AttemptCounts,
    /// What part of the settled deliveries was delivered: 0 to 1.
    success_rate: Option<f64>,
    /// How long answers took, in milliseconds.
    latency_ms: Option<LatencyView>,
    /// The period in equal parts, oldest first.
    buckets: Vec<BucketView>,
    /// Whether all deliveries of the period were counted; otherwise the newest of them were, at most 10,000.
    complete: bool,
}

/// Deliveries, by where they stand.
#[derive(Debug, Serialize, JsonSchema)]
struct DeliveryCounts {
    /// All of them.
    total: u32,
    /// Accepted.
    delivered: u32,
    /// Given up.
    failed: u32,
    /// To be attempted again.
    retrying: u32,
    /// Awaiting delivery.
    pending: u32,
}

/// Attempts.
#[derive(Debug, Serialize, JsonSchema)]
struct AttemptCounts {
    /// All of them.
    total: u32,
    /// Those that were accepted.
    accepted: u32,
}

/// How long answers took, in milliseconds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Latency")]
struct LatencyView {
    /// Half of the answers took no longer.
    p50: u32,
    /// Nine in ten took no longer.
    p90: u32,
    /// Ninety-nine in a hundred took no longer.
    p99: u32,
    /// None took longer.
    max: u32,
}

/// A part of the period.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StatsBucket")]
struct BucketView {
    /// When it begins.
    since: Time,
    /// When it is over.
    until: Time,
    /// Accepted.
    delivered: u32,
    /// Given up.
    failed: u32,
    /// To be attempted again.
    retrying: u32,
    /// Awaiting delivery.
    pending: u32,
    /// How long answers took, in milliseconds.
    latency_ms: Option<LatencyView>,
}

impl StatsView {
    /// The numbers of an endpoint; whether they are of all its deliveries of the period.
    pub fn new(endpoint_id: EndpointId, stats: Stats, complete: bool) -> Self {
        let Stats { period, counts, attempts, accepted, latency, buckets } = stats;
        let Counts { delivered, failed, retrying, pending } = counts;
        Self {
            endpoint_id,
            since: Time(period.since()),
            until: Time(period.until()),
            deliveries: DeliveryCounts { total: counts.total(), delivered, failed, retrying, pending },
            attempts: AttemptCounts { total: attempts, accepted },
            success_rate: counts.success_rate(),
            latency_ms: latency.map(LatencyView::new),
            buckets: buckets.into_iter().map(BucketView::new).collect(),
            complete,
        }
    }
}

impl View for StatsView {}

impl LatencyView {
    fn new(latency: Latency) -> Self {
        let Latency { p50, p90, p99, max } = latency;
        Self { p50, p90, p99, max }
    }
}

impl BucketView {
    fn new(bucket: Bucket) -> Self {
        let Bucket { since, until, counts, latency } = bucket;
        let Counts { delivered, failed, retrying, pending } = counts;
        let (since, until) = (Time(since), Time(until));
        Self { since, until, delivered, failed, retrying, pending, latency_ms: latency.map(LatencyView::new) }
    }
}

/// An event type of the catalog.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EventType")]
pub struct EventTypeView {
    /// Its name.
    name: EventType,
    /// When such an event is sent.
    description: TypeDescription,
    /// The JSON Schema (draft 2020-12) of the event's `data`, if it has one.
    schema: Option<Schema>,
    /// An example of the event's `data`.
    example: Option<Example>,
    /// When it was last changed; null for one that is as it came with the rail.
    updated_at: Option<Time>,
}

impl EventTypeView {
    /// An entry of the catalog.
    pub fn new(entry: CatalogEntry) -> Self {
        let CatalogEntry { name, description, schema, example, updated_at } = entry;
        Self { name, description, schema, example, updated_at: updated_at.map(Time) }
    }
}

impl View for EventTypeView {}

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}List")]
pub struct ListView<T> {
    /// The objects of this page.
    data: Vec<T>,
    /// What leads to the next page, if there is one.
    next_cursor: Option<String>,
    /// Whether there is a next page.
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
