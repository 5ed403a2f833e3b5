//! Events, deliveries and idempotency records in the log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use jiff::{SignedDuration, Timestamp};
use rail::clock;
use rail::domain::delivery::{Delivery, Exchange, Fence, Outcome, Reason, Status, Trigger};
use rail::domain::event::{Body, Data, Event, EventHead, EventMetadata, IdempotencyKey, Retention};
use rail::domain::id::{EndpointId, EventId, TenantId};
use rail::domain::retry::RetryPolicy;
use rail::packing::{Known, Packed};
use rail::store::deliveries::Recorded;
use rail::store::{Claim, Idempotency, Inserted, Log, StoreError};
use serde_json::value::RawValue;

use crate::{Shape, config, later, table, tenant};

/// Counts the requests that a client sends.
#[derive(Debug, Clone, Default)]
struct Requests(Arc<AtomicUsize>);

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "Requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

async fn log() -> Log {
    let (client, name) = table(Shape::Indexed).await;
    Log::new(client, name)
}

fn event(at: Timestamp, endpoints: Vec<EndpointId>) -> Event {
    let (id, event_type) = (EventId::new(at, clock::random()), "contract.created".parse().unwrap());
    let data = Data::new(RawValue::from_string(r#"{"amount": 1.10}"#.to_owned()).unwrap()).unwrap();
    let metadata = EventMetadata::default();
    let body = Body::compose((id, at), &event_type, &data, &metadata, &tenant("acme"));
    let expires = Retention::days(1).end(at);
    let head = EventHead { id, tenant: tenant("acme"), event_type, created_at: at, metadata, endpoints, expires };
    Event { head, body }
}

fn delivery(of: &EventHead, to: EndpointId) -> Delivery {
    Delivery::first_of(of, to)
}

fn packed(event: &Event) -> Packed {
    Packed::new(&event.body, Known::from(&event.head))
}

async fn insert(log: &Log, event: &Event, now: Timestamp) -> Result<Inserted<(EventHead, Packed)>, StoreError> {
    log.insert_event(&event.head, packed(event), now).await
}

async fn find(log: &Log, delivery: &Delivery, now: Timestamp) -> Option<Delivery> {
    let key = (delivery.endpoint, delivery.event);
    log.find_each_delivery([key], now).await.unwrap().remove(&key).transpose().unwrap()
}

fn failing(delivery: &Delivery) -> Delivery {
    let outcome = Outcome::Refused { status: 503, retry_after_seconds: Some(9) };
    let exchange =
        Exchange { outcome, started_at: clock::now(), duration_ms: 12, response_body: Some("busy".to_owned()) };
    delivery.after(exchange, Trigger::Policy, &RetryPolicy::default())
}

#[tokio::test]
async fn an_event_put_twice_is_one_event() {
    let (log, first) = (log().await, event(clock::now(), vec![]));
    assert_eq!(insert(&log, &first, clock::now()).await.unwrap(), Inserted::New);
    let mut second = first.clone();
    second.head.endpoints.push(EndpointId::new(clock::now(), 1));
    let repeated = insert(&log, &second, clock::now()).await.unwrap();
    assert_eq!(repeated, Inserted::Existing((first.head.clone(), packed(&first))));
    assert_eq!(log.find_event(&tenant("acme"), first.head.id, clock::now()).await.unwrap(), Some(first.clone()));
    assert_eq!(log.find_event(&tenant("other"), first.head.id, clock::now()).await.unwrap(), None);
    assert_eq!(log.find_event(&tenant("acme"), first.head.id, later()).await.unwrap(), None, "its time is over");
}

#[tokio::test]
async fn a_transition_is_recorded_once_from_the_fence_it_left() {
    let log = log().await;
    let event = event(clock::now(), vec![]);
    let first = delivery(&event.head, EndpointId::new(clock::now(), clock::random()));
    assert_eq!(find(&log, &first, clock::now()).await, None, "that it is pending needs no item");

    let second = failing(&first);
    assert_eq!(log.record_first(&second).await.unwrap(), Recorded::Written);
    assert_eq!(find(&log, &first, clock::now()).await, Some(second.clone()));

    // Whoever repeats it, or comes late with something else, is told what stands.
    assert_eq!(log.record_first(&second).await.unwrap(), Recorded::Overtaken(second.clone()));
    let late = first.given_up(Reason::EndpointDeleted);
    assert_eq!(log.record_first(&late).await.unwrap(), Recorded::Overtaken(second.clone()));

    let third = failing(&second);
    assert_eq!(log.record(second.fence, &third).await.unwrap(), Recorded::Written);
    let found = find(&log, &first, clock::now()).await.unwrap();
    assert_eq!(found.attempts.len(), 2);
    assert_eq!(found, third);
    assert_eq!(find(&log, &first, later()).await, None, "it is kept as long as its event");

    let unknown = failing(&delivery(&event.head, EndpointId::new(clock::now(), clock::random())));
    assert_eq!(log.record(unknown.fence, &failing(&unknown)).await.unwrap(), Recorded::Missing);
}

#[tokio::test]
async fn a_delivery_that_is_noted_as_waiting_is_recorded_as_any_other() {
    let log = log().await;
    let first = delivery(&event(clock::now(), vec![]).head, EndpointId::new(clock::now(), clock::random()));
    log.note_waiting(&first, clock::now()).await.unwrap();
    assert_eq!(find(&log, &first, clock::now()).await, Some(first.clone()));
    let second = failing(&first);
    assert_eq!(log.record_first(&second).await.unwrap(), Recorded::Written);
    // Late, it changes nothing.
    log.note_waiting(&first, clock::now()).await.unwrap();
    assert_eq!(find(&log, &first, clock::now()).await, Some(second));
}

#[tokio::test]
async fn every_state_comes_back_as_it_was_recorded() {
    let log = log().await;
    let event = event(clock::now(), vec![]);
    let fresh = || delivery(&event.head, EndpointId::new(clock::now(), clock::random()));
    let accepted = Outcome::Accepted { status: 204 };
    let accepted = Exchange { outcome: accepted, started_at: clock::now(), duration_ms: 1, response_body: None };
    let delivered = fresh().after(accepted, Trigger::Policy, &RetryPolicy::default());
    for state in [fresh().held(), failing(&fresh()), delivered, fresh().given_up(Reason::EndpointGone)] {
        assert_eq!(log.record_first(&state).await.unwrap(), Recorded::Written);
        assert_eq!(find(&log, &state, clock::now()).await, Some(state));
    }
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_body_for_a_day() {
    let (log, acme) = (log().await, tenant("acme"));
    let key: IdempotencyKey = "order-17".parse().unwrap();
    let now = clock::now();
    let (first, second) = (EventId::new(now, 1), EventId::new(now, 2));
    let claim = async |tenant: &TenantId, body: &[u8], event, now| {
        log.claim(tenant, Idempotency { key: &key, body }, event, now).await.unwrap()
    };
    assert_eq!(claim(&acme, b"{}", first, now).await, Claim::New);
    assert_eq!(claim(&acme, b"{}", second, now).await, Claim::Replay(first, now));
    assert_eq!(claim(&acme, b"{ }", second, now).await, Claim::OtherBody);
    assert_eq!(claim(&tenant("other"), b"{ }", second, now).await, Claim::New);
    assert_eq!(claim(&acme, b"{ }", second, later()).await, Claim::New, "a day later it is free again");
}

#[tokio::test]
async fn a_list_merges_its_shards_newest_first_without_gap_or_repeat() {
    let log = log().await;
    let start = clock::now();
    let to = EndpointId::new(start, clock::random());
    let mut ids = Vec::new();
    for age in 0..150 {
        let mut event = event(start - SignedDuration::from_millis(age), vec![to]);
        // Every tenth has outlived its time, and was not removed yet.
        if age % 10 == 0 {
            event.head.expires = start;
        }
        let earlier = start - SignedDuration::from_hours(1);
        insert(&log, &event, earlier).await.unwrap();
        let state = delivery(&event.head, to);
        let state = if age % 3 == 0 { failing(&state) } else { state };
        if age % 3 == 0 {
            assert_eq!(log.record_first(&state).await.unwrap(), Recorded::Written);
        } else {
            log.note_waiting(&state, earlier).await.unwrap();
        }
        if age % 10 != 0 {
            ids.push((event.head.id, state.status()));
        }
    }
    let all: Vec<EventId> = ids.iter().map(|(id, _)| *id).collect();
    assert_eq!(all.iter().map(|id| id.shard()).collect::<BTreeSet<_>>().len(), 16, "the test reaches every shard");

    for page in [1, 7, 50, 500] {
        let mut listed = Vec::new();
        let mut before = None;
        loop {
            let mut newest = log.events(&tenant("acme"), before, page, start);
            let mut read = 0;
            while read < page
                && let Some(event) = newest.next_event(&tenant("acme")).await.unwrap()
            {
                listed.push(event.id);
                read += 1;
            }
            if read < page {
                break;
            }
            before = listed.last().copied();
        }
        assert_eq!(listed, all, "in pages of {page}");
    }

    let mut newest = log.deliveries(to, Some(all[9]), 10, start);
    for id in &all[10..30] {
        assert_eq!(newest.next_delivery().await.unwrap().map(|d| d.event), Some(*id));
    }

    let mut retrying = log.open_deliveries((to, Status::Retrying), None, 10, start);
    let mut listed = Vec::new();
    while let Some(id) = retrying.next_id().await.unwrap() {
        listed.push(id);
    }
    let found = log.find_deliveries(listed.into_iter().map(|id| (to, id)), start).await.unwrap();
    let found: BTreeSet<_> = found.into_iter().map(|delivery| delivery.event).collect();
    let expected = ids.iter().filter(|(_, status)| *status == Status::Retrying).map(|(id, _)| *id);
    assert_eq!(found, expected.collect());
}

#[tokio::test]
async fn more_than_a_hundred_items_are_got_at_once() {
    let log = log().await;
    let now = clock::now();
    let endpoints: Vec<_> = (0..130).map(|n| EndpointId::new(now, n)).collect();
    let event = event(now, endpoints.clone());
    // Those of which nothing is recorded await their first attempt.
    let state = |(index, to): (usize, &EndpointId)| {
        let pending = delivery(&event.head, *to);
        if index % 2 == 0 { failing(&pending) } else { pending }
    };
    let expected: Vec<_> = endpoints.iter().enumerate().map(state).collect();
    for recorded in expected.iter().filter(|delivery| delivery.fence != Fence::FIRST) {
        log.record_first(recorded).await.unwrap();
    }
    assert_eq!(log.find_deliveries_of(&event.head, now).await.unwrap(), expected);
}

#[tokio::test]
async fn a_page_costs_the_same_however_long_the_history() {
    let (client, name) = table(Shape::Indexed).await;
    let log = Log::new(client, name.clone());
    let requests = Requests::default();
    let counted = aws_sdk_dynamodb::config::Builder::from(&config()).interceptor(requests.clone()).build();
    let counted = Log::new(Client::from_conf(counted), name);
    let now = clock::now();
    let to = EndpointId::new(now, clock::random());
    let mut costs = Vec::new();
    let mut age = 0;
    for length in [200, 800] {
        while age < length {
            let at = now - SignedDuration::from_millis(age);
            // Spread evenly over the shards, so that the count does not depend on chance.
            let id = EventId::new(at, age.unsigned_abs().into());
            let kept = (at, Retention::days(1).end(at));
            let delivery = Delivery::new(tenant("acme"), to, id, "contract.created".parse().unwrap(), kept);
            log.record_first(&failing(&delivery)).await.unwrap();
            age += 1;
        }
        requests.0.store(0, Ordering::Relaxed);
        let mut newest = counted.open_deliveries((to, Status::Retrying), None, 50, now);
        for _ in 0..50 {
            assert!(newest.next_id().await.unwrap().is_some());
        }
        costs.push(requests.0.load(Ordering::Relaxed));
    }
    assert_eq!(costs[0], costs[1], "queries for a page of 50 out of 200, and out of 800");
}
