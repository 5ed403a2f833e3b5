//! What became of an endpoint's deliveries over a period, in numbers.

use std::ops::AddAssign;

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Delivery, Status};
use super::period::Period;

/// How many deliveries stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Accepted.
    pub delivered: u32,
    /// Given up.
    pub failed: u32,
    /// To be attempted again.
    pub retrying: u32,
    /// Awaiting delivery.
    pub pending: u32,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> u32 {
        self.delivered + self.failed + self.retrying + self.pending
    }

    /// What part of those that are settled was delivered; none while nothing is settled.
    pub fn success_rate(self) -> Option<f64> {
        let settled = self.delivered + self.failed;
        (settled > 0).then(|| f64::from(self.delivered) / f64::from(settled))
    }

    fn count(&mut self, status: Status) {
        let of_that_status = match status {
            Status::Delivered => &mut self.delivered,
            Status::Failed => &mut self.failed,
            Status::Retrying => &mut self.retrying,
            Status::Pending => &mut self.pending,
        };
        *of_that_status += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.retrying += other.retrying;
        self.pending += other.pending;
    }
}

/// How long receivers took to answer, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// Half of the answers took no longer.
    pub p50: u32,
    /// Nine in ten took no longer.
    pub p90: u32,
    /// Ninety-nine in a hundred took no longer.
    pub p99: u32,
    /// None took longer.
    pub max: u32,
}

impl Latency {
    /// Of these durations, in any order; none of none.
    fn of(mut durations: Vec<u32>) -> Option<Self> {
        durations.sort_unstable();
        // The nearest rank: a duration that was measured, not one between two.
        let rank = |percent: usize| durations.get((durations.len() * percent).div_ceil(100).checked_sub(1)?).copied();
        Some(Self { p50: rank(50)?, p90: rank(90)?, p99: rank(99)?, max: rank(100)? })
    }
}

/// A part of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// When it begins.
    pub since: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// The deliveries of events published in it.
    pub counts: Counts,
    /// How long their attempts took that were answered.
    pub latency: Option<Latency>,
}

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Over which period.
    pub period: Period,
    /// Deliveries.
    pub counts: Counts,
    /// Attempts that were made.
    pub attempts: u32,
    /// Those of them that were accepted.
    pub accepted: u32,
    /// How long those took that were answered.
    pub latency: Option<Latency>,
    /// The period in equal parts, oldest first.
    pub buckets: Vec<Bucket>,
}

/// Numbers in the making.
#[derive(Debug)]
pub struct Tally {
    period: Period,
    buckets: Vec<(Counts, Vec<u32>)>,
    attempts: u32,
    accepted: u32,
}

impl Tally {
    /// Of a period in so many equal parts.
    pub fn new(period: Period, buckets: u16) -> Self {
        Self { period, buckets: vec![Default::default(); buckets.max(1).into()], attempts: 0, accepted: 0 }
    }

    /// Counts a delivery, if its event is of the period.
    pub fn count(&mut self, delivery: &Delivery) {
        let Some((counts, answered)) = self.bucket_at(delivery.created_at).and_then(|at| self.buckets.get_mut(at))
        else {
            return;
        };
        counts.count(delivery.status());
        for attempt in &delivery.attempts {
            self.attempts += 1;
            if let Some(status) = attempt.outcome.response_status() {
                answered.push(attempt.duration_ms);
                self.accepted += u32::from((200..300).contains(&status));
            }
        }
    }

    /// The numbers of all that was counted.
    pub fn finish(self) -> Stats {
        let mut counts = Counts::default();
        let mut answered = Vec::new();
        let mut buckets = Vec::with_capacity(self.buckets.len());
        let edges: Vec<_> = (0..=self.buckets.len()).map(|index| self.edge(index)).collect();
        for ((of_bucket, durations), edges) in self.buckets.into_iter().zip(edges.windows(2)) {
            let [since, until] = edges else { continue };
            counts += of_bucket;
            answered.extend(&durations);
            let latency = Latency::of(durations);
            buckets.push(Bucket { since: *since, until: *until, counts: of_bucket, latency });
        }
        let Self { period, attempts, accepted, .. } = self;
        Stats { period, counts, attempts, accepted, latency: Latency::of(answered), buckets }
    }

    fn bucket_at(&self, at: Timestamp) -> Option<usize> {
        let (since, until) = (self.period.since(), self.period.until());
        if at < since || at >= until {
            return None;
        }
        let (past, length) = (at.duration_since(since).as_millis(), until.duration_since(since).as_millis().max(1));
        let index = past * self.buckets.len() as i128 / length;
        Some(usize::try_from(index).unwrap_or(0).min(self.buckets.len() - 1))
    }

    /// Where the bucket of this index begins, and the one before it ends.
    fn edge(&self, index: usize) -> Timestamp {
        let (since, until) = (self.period.since(), self.period.until());
        if index == self.buckets.len() {
            return until;
        }
        let length = until.duration_since(since).as_millis();
        // Rounded up, as the index of a moment is rounded down: each moment lies between the edges of its bucket.
        let buckets = self.buckets.len() as i128;
        let past = (length * index as i128 + buckets - 1) / buckets;
        since.saturating_add(SignedDuration::from_millis(past as i64)).unwrap_or(until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::delivery::{Exchange, Outcome, Trigger};
    use crate::domain::id::{EndpointId, EventId};
    use crate::domain::retry::RetryPolicy;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    fn period(since: i64, until: i64) -> Period {
        Period::of_the_past(at(since), Some(at(until)), Timestamp::MAX).unwrap()
    }

    fn delivery(created: i64, attempts: &[(u16, u32)]) -> Delivery {
        let created = at(created);
        let (endpoint, event) = (EndpointId::new(created, 1), EventId::new(created, 2));
        let event_type = "contract.created".parse().unwrap();
        let begun = Delivery::new("acme".parse().unwrap(), endpoint, event, event_type, (created, created));
        attempts.iter().fold(begun, |delivery, (status, duration_ms)| {
            let outcome = match status {
                200..300 => Outcome::Accepted { status: *status },
                0 => Outcome::TimedOut,
                _ => Outcome::Refused { status: *status, retry_after_seconds: None },
            };
            let exchange = Exchange { outcome, started_at: created, duration_ms: *duration_ms, response_body: None };
            delivery.after(exchange, Trigger::Policy, &RetryPolicy::default())
        })
    }

    fn tallied(period: Period, buckets: u16, deliveries: &[Delivery]) -> Stats {
        let mut tally = Tally::new(period, buckets);
        deliveries.iter().for_each(|delivery| tally.count(delivery));
        tally.finish()
    }

    #[test]
    fn deliveries_are_counted_by_status_and_time() {
        let exhausted = [(503, 7), (503, 7), (503, 7), (503, 7), (0, 15_000)];
        let deliveries = [
            delivery(0, &[(200, 10)]),
            delivery(999, &[(503, 30), (204, 20)]),
            delivery(1000, &exhausted),
            delivery(1999, &[]),
            delivery(2000, &[(200, 1)]),
        ];
        let stats = tallied(period(0, 2000), 2, &deliveries);
        assert_eq!(stats.counts, Counts { delivered: 2, failed: 1, retrying: 0, pending: 1 });
        assert_eq!((stats.attempts, stats.accepted), (8, 2));
        assert_eq!(stats.counts.success_rate(), Some(2.0 / 3.0));
        let [first, second] = stats.buckets.as_slice() else { panic!("two buckets") };
        assert_eq!((first.since, first.until, second.until), (at(0), at(1000), at(2000)));
        assert_eq!((first.counts.delivered, second.counts.failed), (2, 1));
        assert_eq!(first.latency, Some(Latency { p50: 20, p90: 30, p99: 30, max: 30 }));
        assert_eq!(second.latency.map(|latency| latency.max), Some(7), "what was not answered took no time to answer");
    }

    #[test]
    fn nothing_has_no_rate_and_no_latency() {
        let stats = tallied(period(0, 10), 3, &[]);
        assert_eq!((stats.counts.success_rate(), stats.latency), (None, None));
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let latency = Latency::of((1..=200).rev().collect());
        assert_eq!(latency, Some(Latency { p50: 100, p90: 180, p99: 198, max: 200 }));
    }

    proptest! {
        #[test]
        fn buckets_share_the_period_out_and_each_delivery_is_in_its_own(
            since in 0_i64..1000, length in 1_i64..100_000, buckets in 1_u16..=100, past in 0.0_f64..1.0,
        ) {
            let created = since + (length as f64 * past) as i64;
            let stats = tallied(period(since, since + length), buckets, &[delivery(created, &[])]);
            prop_assert_eq!(stats.buckets.len(), usize::from(buckets));
            prop_assert!(stats.buckets.windows(2).all(|pair| pair[0].until == pair[1].since));
            prop_assert_eq!(stats.buckets.first().map(|bucket| bucket.since), Some(at(since)));
            prop_assert_eq!(stats.buckets.last().map(|bucket| bucket.until), Some(at(since + length)));
            let inside = |bucket: &&Bucket| bucket.counts.total() == 1;
            let [own] = stats.buckets.iter().filter(inside).collect::<Vec<_>>()[..] else { panic!("in one") };
            prop_assert!(own.since <= at(created) && at(created) < own.until);
        }
    }
}
