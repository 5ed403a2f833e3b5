//! The clocks of what goes at a rate.

use std::collections::BTreeSet;

use futures::future::join_all;
use jiff::SignedDuration;
use rail::clock;
use rail::domain::id::{EndpointId, KeyId};
use rail::domain::pace::Rate;
use rail::store::limits::{Admission, Limits};

use crate::{Shape, table};

async fn limits() -> Limits {
    let (client, name) = table(Shape::Plain).await;
    Limits::new(client, name)
}

fn rate(per_second: u16) -> Rate {
    per_second.try_into().unwrap()
}

#[tokio::test]
async fn whoever_asks_at_once_gets_slots_of_its_own_without_a_gap() {
    let (limits, endpoint, now) = (limits().await, EndpointId::new(clock::now(), clock::random()), clock::now());
    let takes = (0..20).map(|_| limits.reserve(endpoint, rate(10), 2, now));
    let taken: BTreeSet<_> = join_all(takes).await.into_iter().map(Result::unwrap).collect();
    let expected: BTreeSet<_> = (0..20).map(|index| now + SignedDuration::from_millis(200) * index).collect();
    assert_eq!(taken, expected);
    // Another endpoint has another clock.
    let other = EndpointId::new(now, clock::random());
    assert_eq!(limits.reserve(other, rate(10), 1, now).await.unwrap(), now);
}

#[tokio::test]
async fn a_clock_that_stood_still_saves_up_nothing() {
    let (limits, endpoint, now) = (limits().await, EndpointId::new(clock::now(), clock::random()), clock::now());
    assert_eq!(limits.reserve(endpoint, rate(1), 1, now).await.unwrap(), now);
    let much_later = now + SignedDuration::from_secs(60);
    assert_eq!(limits.reserve(endpoint, rate(1), 1, much_later).await.unwrap(), much_later);
    let next = much_later + SignedDuration::from_secs(1);
    assert_eq!(limits.reserve(endpoint, rate(1), 1, much_later).await.unwrap(), next);
}

#[tokio::test]
async fn a_key_may_send_a_seconds_worth_at_once_and_then_so_many_a_second() {
    let (limits, key, now) = (limits().await, KeyId::new(clock::now(), clock::random()), clock::now());
    let admit = async |at| limits.admit(key, rate(5), at).await.unwrap();
    for _ in 0..5 {
        assert_eq!(admit(now).await, Admission::Admitted);
    }
    let spacing = SignedDuration::from_millis(200);
    assert_eq!(admit(now).await, Admission::TooMany(spacing.unsigned_abs()));
    assert_eq!(admit(now + spacing).await, Admission::Admitted);
    assert!(matches!(admit(now + spacing).await, Admission::TooMany(_)));
}
