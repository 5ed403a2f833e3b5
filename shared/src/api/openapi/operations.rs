//! Every route of the API, with an example of what it takes and answers.

use serde_json::{Value, json};

use super::operation::{Access, Operation};
use super::words::{AnyObject, Buckets, CursorText, Key, Limit};
use crate::api::input::{
    EndpointPatch, EventTypeInput, Moment, NewEndpoint, NewEvent, NewEvents, NewRecovery, NoInput, RetryInput, Rotation,
};
use crate::api::view::{
    AttemptView, EndpointView, EventTypeView, EventView, ListView, PublishedView, RecoveryView, StatsView,
};
use crate::domain::delivery::Status;
use crate::domain::id::{EndpointId, EventId, RecoveryId, TenantId};
use crate::domain::key::Scope;
use crate::domain::pattern::EventType;

const ENDPOINTS: &str = "/v1/webhooks/endpoints";
const ENDPOINT: &str = "/v1/webhooks/endpoints/{id}";
const EVENTS: &str = "/v1/webhooks/events";
const RETRY: &str = "/v1/webhooks/events/{id}/retry";
const EVENT_TYPE: &str = "/v1/webhooks/event-types/{name}";

/// All of them, in the order in which people read about them.
pub fn operations() -> Vec<Operation> {
    [endpoints(), endpoint_jobs(), publishing(), events(), event_types(), documents()].into_iter().flatten().collect()
}

fn endpoints() -> Vec<Operation> {
    let on = |method, path, id, summary, scope| Operation::new((method, path), ("endpoints", id), summary, scope);
    let (read, write) = (Access::Scope(Scope::EndpointsRead), Access::Scope(Scope::EndpointsWrite));
    vec![
        on("POST", ENDPOINTS, "createEndpoint", "Register an endpoint.", write)
            .takes::<NewEndpoint>(
                json!({ "url": "https://yourapp.com/webhooks", "events": ["contract.*", "kyc.verified"] }),
            )
            .answers::<EndpointView>(
                201,
                "The endpoint with its signing secret, which is shown this once.",
                with_secret(),
            )
            .refuses(&[409]),
        paged(on("GET", ENDPOINTS, "listEndpoints", "List the endpoints, oldest first.", read))
            .answers::<ListView<EndpointView>>(200, "A page of endpoints.", page(endpoint())),
        on("GET", ENDPOINT, "getEndpoint", "Read an endpoint.", read)
            .in_path::<EndpointId>("id", "The endpoint.")
            .answers::<EndpointView>(200, "The endpoint.", endpoint()),
        on("PATCH", ENDPOINT, "updateEndpoint", "Change an endpoint: what is absent stays.", write)
            .in_path::<EndpointId>("id", "The endpoint.")
            .takes::<EndpointPatch>(json!({ "events": ["contract.*"], "status": "active", "description": null }))
            .answers::<EndpointView>(200, "The endpoint as it is now.", endpoint()),
        on("DELETE", ENDPOINT, "deleteEndpoint", "Remove an endpoint. What waits for it fails.", write)
            .in_path::<EndpointId>("id", "The endpoint.")
            .answers_nothing(204, "It is removed."),
    ]
}

fn endpoint_jobs() -> Vec<Operation> {
    let on = |method, path, id, summary, scope| {
        Operation::new((method, path), ("endpoints", id), summary, Access::Scope(scope))
            .in_path::<EndpointId>("id", "The endpoint.")
    };
    vec![
        on(
            "POST",
            "/v1/webhooks/endpoints/{id}/rotate-secret",
            "rotateSecret",
            "Put another signing secret in the place of the current one, which signs beside it for an overlap.",
            Scope::EndpointsWrite,
        )
        .may_take::<Rotation>(json!({ "overlapHours": 48 }))
        .answers::<EndpointView>(200, "The endpoint with its new secret, which is shown this once.", with_secret())
        .refuses(&[409]),
        on(
            "POST",
            "/v1/webhooks/endpoints/{id}/test",
            "testEndpoint",
            "Send an event of the type `webhook.test` to this endpoint alone. It is tried once.",
            Scope::EndpointsWrite,
        )
        .may_take::<NoInput>(json!({}))
        .answers::<EventView>(202, "The test, under way.", event("webhook.test", "pending", 0))
        .refuses(&[409]),
        on(
            "POST",
            "/v1/webhooks/endpoints/{id}/recover",
            "recoverEndpoint",
            "Deliver again what failed at this endpoint, of events published in a period. A background job, at a pace.",
            Scope::EventsWrite,
        )
        .takes::<NewRecovery>(json!({ "since": "2026-11-24T00:00:00Z" }))
        .answers::<RecoveryView>(202, "The recovery, under way.", recovery("running"))
        .refuses(&[409]),
        on(
            "GET",
            "/v1/webhooks/endpoints/{id}/recoveries/{recoveryId}",
            "getRecovery",
            "Read how far a recovery got. It is kept for 7 days.",
            Scope::EventsRead,
        )
        .in_path::<RecoveryId>("recoveryId", "The recovery.")
        .answers::<RecoveryView>(200, "The recovery as it stands.", recovery("completed")),
        on(
            "GET",
            "/v1/webhooks/endpoints/{id}/stats",
            "getStats",
            "Count an endpoint's deliveries, by when their events were published, and how long answers took.",
            Scope::EventsRead,
        )
        .in_query::<Moment>("since", "Of events published from then on: 24 hours before `until`, if absent.")
        .in_query::<Moment>("until", "Up to, and without, this moment: now, if absent or in the future.")
        .in_query::<Buckets>("buckets", "Into how many equal parts the period is divided: 24, if absent.")
        .answers::<StatsView>(200, "The numbers.", stats()),
    ]
}

fn publishing() -> Vec<Operation> {
    let on = |path, id, summary, access| {
        Operation::new(("POST", path), ("events", id), summary, access)
            .in_header::<Key>(
                "Idempotency-Key",
                "Send it with every publish, and repeat the request with it: it is one event.",
            )
            .refuses(&[422])
    };
    let by_key = Access::Scope(Scope::EventsPublish);
    let created = json!({ "type": "contract.created", "data": { "contractId": "c_1", "amount": 1.10 } });
    let accepted = json!({ "status": 202, "event": event("contract.created", "pending", 0) });
    let invalid = json!({ "code": "VALIDATION_FAILED", "message": "data is required",
        "details": [{ "field": "data", "message": "is required" }] });
    let in_part = json!({ "data": [accepted, { "status": 400, "error": invalid }], "accepted": 1, "refused": 1 });
    vec![
        on(EVENTS, "publishEvent", "Publish an event.", by_key)
            .takes::<NewEvent>(created.clone())
            .answers::<EventView>(202, "The event: it will be delivered.", event("contract.created", "pending", 0)),
        on("/v1/webhooks/events/batch", "publishEvents", "Publish up to 100 events, each judged for itself.", by_key)
            .takes::<NewEvents>(
                json!({ "events": [created.clone(), { "type": "kyc.verified", "data": { "customerId": "u_1" } }] }),
            )
            .answers::<PublishedView>(
                202,
                "Every event was accepted.",
                json!({ "data": [accepted], "accepted": 1, "refused": 0 }),
            )
            .answers::<PublishedView>(207, "Some were refused: look at each.", in_part),
        on(
            "/v1/webhooks/tenants/{tenant}/events",
            "publishEventForTenant",
            "Publish an event as a service on AWS, with its own credentials.",
            Access::Iam,
        )
        .in_path::<TenantId>("tenant", "The tenant whose endpoints get it.")
        .takes::<NewEvent>(created)
        .answers::<EventView>(202, "The event: it will be delivered.", event("contract.created", "pending", 0)),
    ]
}

fn events() -> Vec<Operation> {
    let on = |method, path, id, summary, scope| {
        Operation::new((method, path), ("events", id), summary, Access::Scope(scope))
    };
    let (read, write) = (Scope::EventsRead, Scope::EventsWrite);
    let failed = || event("contract.created", "retrying", 1);
    vec![
        paged(on("GET", EVENTS, "listEvents", "List events, newest first.", read))
            .in_query::<EndpointId>(
                "endpointId",
                "What this endpoint received: its delivery alone, whose status is the event's.",
            )
            .in_query::<Status>("status", "Those of this status.")
            .in_query::<EventType>("type", "Those of this type.")
            .refuses(&[404])
            .answers::<ListView<EventView>>(200, "A page of events, without their data.", page(failed())),
        on("GET", "/v1/webhooks/events/{id}", "getEvent", "Read an event, its data and its deliveries.", read)
            .in_path::<EventId>("id", "The event.")
            .answers::<EventView>(200, "The event.", with_data(failed())),
        paged(on(
            "GET",
            "/v1/webhooks/events/{id}/attempts",
            "listAttempts",
            "List every attempt, oldest first.",
            read,
        ))
        .in_path::<EventId>("id", "The event.")
        .answers::<ListView<AttemptView>>(200, "A page of attempts.", page(attempt())),
        on("POST", RETRY, "retryEvent", "Deliver again now what failed or waits.", write)
            .in_path::<EventId>("id", "The event.")
            .may_take::<RetryInput>(json!({ "endpointId": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV" }))
            .answers::<EventView>(
                202,
                "The event: what failed or waited is on its way.",
                event("contract.created", "pending", 1),
            )
            .refuses(&[409]),
        on("DELETE", RETRY, "cancelRetry", "Cancel the retries still to come.", write)
            .in_path::<EventId>("id", "The event.")
            .in_query::<EndpointId>("endpointId", "Those to this endpoint alone.")
            .answers::<EventView>(200, "The event as it is now.", event("contract.created", "failed", 1))
            .refuses(&[409]),
    ]
}

fn event_types() -> Vec<Operation> {
    let on = |method, path, id, summary, access| Operation::new((method, path), ("event types", id), summary, access);
    let write = Access::Scope(Scope::EventTypesWrite);
    let entry = json!({
        "description": "Sent when a contract has been renewed.",
        "schema": { "type": "object", "required": ["contractId"], "properties": { "contractId": { "type": "string" } } },
        "example": { "contractId": "c_1" },
    });
    vec![
        paged(on("GET", "/v1/webhooks/event-types", "listEventTypes", "List the catalog, by name.", Access::AnyKey))
            .answers::<ListView<EventTypeView>>(200, "A page of event types.", page(event_type())),
        on("GET", EVENT_TYPE, "getEventType", "Read an event type of the catalog.", Access::AnyKey)
            .in_path::<EventType>("name", "Its name.")
            .answers::<EventTypeView>(200, "The event type.", event_type()),
        on("PUT", EVENT_TYPE, "putEventType", "Add an event type to the catalog, or replace that of its name.", write)
            .in_path::<EventType>("name", "Its name.")
            .takes::<EventTypeInput>(entry)
            .answers::<EventTypeView>(200, "The event type, in the place of that of its name.", event_type())
            .answers::<EventTypeView>(201, "The event type, which is new.", event_type())
            .refuses(&[409]),
        on("DELETE", EVENT_TYPE, "deleteEventType", "Remove an event type from the catalog.", write)
            .in_path::<EventType>("name", "Its name.")
            .answers_nothing(204, "It is removed."),
    ]
}

fn documents() -> Vec<Operation> {
    let on = |path, id, summary| Operation::new(("GET", path), ("documents", id), summary, Access::Public);
    vec![
        on("/openapi.json", "getOpenapi", "Read this description.").answers_with::<AnyObject>(
            200,
            "The document.",
            "application/json",
        ),
        on("/portal", "getPortal", "Open the web page.").answers_with::<String>(200, "The page.", "text/html"),
    ]
}

/// A list that is read in pages.
fn paged(operation: Operation) -> Operation {
    operation
        .in_query::<Limit>(
            "limit",
            "The most objects of the page. It may have fewer although more follow: `hasMore` says so.",
        )
        .in_query::<CursorText>("cursor", "The `nextCursor` of the page before, with the same filters.")
}

fn page(object: Value) -> Value {
    json!({ "data": [object], "nextCursor": null, "hasMore": false })
}

fn endpoint() -> Value {
    json!({
        "id": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "url": "https://yourapp.com/webhooks",
        "events": ["contract.*", "kyc.verified"],
        "status": "active",
        "disabledReason": null,
        "disabledAt": null,
        "description": "Orders, production",
        "metadata": { "team": "orders" },
        "headers": {},
        "rateLimit": 50,
        "createdAt": "2026-11-24T10:30:00.000Z",
        "updatedAt": "2026-11-24T10:30:00.000Z",
    })
}

fn with_secret() -> Value {
    extended(endpoint(), "secret", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
}

fn event(event_type: &str, status: &str, attempts: u32) -> Value {
    let at = |minute: u32, there: bool| there.then(|| format!("2026-11-24T10:3{minute}:00.000Z"));
    json!({
        "id": "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "type": event_type,
        "status": status,
        "createdAt": "2026-11-24T10:31:00.000Z",
        "metadata": {},
        "deliveries": [{
            "endpointId": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "status": status,
            "attempts": attempts,
            "nextAttemptAt": at(2, status == "retrying"),
            "lastAttemptAt": at(1, attempts > 0),
            "reason": (status == "failed").then_some("cancelled"),
        }],
    })
}

fn with_data(event: Value) -> Value {
    extended(event, "data", json!({ "contractId": "c_1", "amount": 1.10 }))
}

fn attempt() -> Value {
    json!({
        "endpointId": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "number": 1,
        "round": 1,
        "trigger": "policy",
        "startedAt": "2026-11-24T10:31:00.000Z",
        "durationMs": 137,
        "outcome": "refused",
        "responseStatus": 503,
        "error": null,
        "responseBody": "maintenance",
    })
}

fn recovery(status: &str) -> Value {
    json!({
        "id": "rec_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "endpointId": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "status": status,
        "since": "2026-11-24T00:00:00.000Z",
        "until": "2026-11-24T12:00:00.000Z",
        "recovered": if status == "running" { 0 } else { 12 },
        "skipped": 0,
        "createdAt": "2026-11-24T12:00:00.000Z",
        "completedAt": (status != "running").then_some("2026-11-24T12:00:03.000Z"),
    })
}

fn stats() -> Value {
    let latency = json!({ "p50": 41, "p90": 120, "p99": 800, "max": 1200 });
    let (since, until) = ("2026-11-23T12:00:00.000Z", "2026-11-24T12:00:00.000Z");
    let counts = json!({ "total": 120, "delivered": 110, "failed": 4, "retrying": 5, "pending": 1 });
    json!({
        "endpointId": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "since": since,
        "until": until,
        "deliveries": counts,
        "attempts": { "total": 150, "accepted": 110 },
        "successRate": 0.9649,
        "latencyMs": latency,
        "buckets": [{
            "since": since, "until": until, "delivered": 110, "failed": 4, "retrying": 5, "pending": 1, "latencyMs": latency,
        }],
        "complete": true,
    })
}

fn event_type() -> Value {
    json!({
        "name": "contract.renewed",
        "description": "Sent when a contract has been renewed.",
        "schema": { "type": "object", "required": ["contractId"], "properties": { "contractId": { "type": "string" } } },
        "example": { "contractId": "c_1" },
        "updatedAt": "2026-11-24T10:30:00.000Z",
    })
}

/// The object with one more entry.
fn extended(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
    object
}
