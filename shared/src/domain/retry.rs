//! The retry policy: how long after a failed attempt the next one comes, and when there is none.

use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The delays before attempts 2, 3, 4 and 5, in seconds.
const DEFAULT_DELAYS: [u32; 4] = [60, 300, 1800, 7200];
/// The longest single delay: a day, so that a round ends well inside the shortest retention.
const MAX_DELAY_SECONDS: u32 = 86_400;
/// The most delays of a policy: with [`MAX_ATTEMPTS`](super::delivery::MAX_ATTEMPTS) it bounds a delivery's size.
const MAX_DELAYS: usize = 20;
/// The longest postponement that a receiver may ask for with `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// The least time between making a schedule and its firing: what a past time does is not specified by the
/// Scheduler, so none is ever asked for, with clocks some seconds apart and a slow call between.
const SCHEDULE_LEAD: SignedDuration = SignedDuration::from_secs(5);

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not a list of whole seconds within bounds.
    #[error(
        "must be 1 to {MAX_DELAYS} comma-separated delays of 1 to {MAX_DELAY_SECONDS} seconds, like 60,300,1800,7200"
    )]
    NotDelays,
}

/// How often a delivery is attempted in one round, and how far apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    delays: Vec<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { delays: DEFAULT_DELAYS.map(|seconds| Duration::from_secs(seconds.into())).to_vec() }
    }
}

impl FromStr for RetryPolicy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let delay = |part: &str| {
            let seconds = part.trim().parse().ok().filter(|seconds| (1..=MAX_DELAY_SECONDS).contains(seconds));
            seconds.map(|seconds: u32| Duration::from_secs(seconds.into())).ok_or(PolicyError::NotDelays)
        };
        let delays = text.split(',').map(delay).collect::<Result<Vec<_>, _>>()?;
        if delays.len() > MAX_DELAYS { Err(PolicyError::NotDelays) } else { Ok(Self { delays }) }
    }
}

impl RetryPolicy {
    /// How many attempts a round has.
    pub fn attempts(&self) -> usize {
        self.delays.len() + 1
    }

    /// When the next attempt is due after `made` attempts of a round, the last of which ended at `ended`; `None`
    /// when the round is over.
    ///
    /// The receiver may postpone it (`retry_after`, at most 24 h), but not bring it forward.
    pub fn next_attempt(&self, made: usize, ended: Timestamp, retry_after: Option<Duration>) -> Option<Timestamp> {
        let delay = *self.delays.get(made.checked_sub(1)?)?;
        let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
        ended.checked_add(delay.max(asked)).ok()
    }
}

/// The time to put into a schedule for something due at `due`: never in the past, in whole seconds, never early.
pub fn schedule_time(due: Timestamp, now: Timestamp) -> Timestamp {
    let earliest = now.saturating_add(SCHEDULE_LEAD).unwrap_or(Timestamp::MAX);
    let at = due.max(earliest);
    let up = i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(at.as_second() + up).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_default_is_one_five_thirty_minutes_and_two_hours() {
        let policy = RetryPolicy::default();
        assert_eq!(policy, "60,300,1800,7200".parse().unwrap());
        assert_eq!(policy.attempts(), 5);
        let next = |made| policy.next_attempt(made, at(0), None).map(|t| t.as_second());
        assert_eq!([1, 2, 3, 4, 5].map(next), [Some(60), Some(300), Some(1800), Some(7200), None]);
    }

    #[test]
    fn retry_after_postpones_and_never_brings_forward() {
        let policy = RetryPolicy::default();
        let next = |seconds| policy.next_attempt(1, at(0), Some(Duration::from_secs(seconds))).map(|t| t.as_second());
        assert_eq!(next(5), Some(60));
        assert_eq!(next(600), Some(600));
        assert_eq!(next(u64::MAX), Some(86_400));
        assert_eq!(policy.next_attempt(5, at(0), Some(Duration::from_secs(600))), None);
    }

    #[test]
    fn a_policy_that_is_none_is_refused() {
        for wrong in ["", "0", "-1", "60,", "1.5", "60;300", "86401", "abc", &["1"; 21].join(",")] {
            assert_eq!(wrong.parse::<RetryPolicy>(), Err(PolicyError::NotDelays), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_schedule_is_never_early_and_never_past(due in 0_i64..4_000_000_000_000, now in 0_i64..4_000_000_000_000) {
            let (due, now) = (Timestamp::from_millisecond(due)?, Timestamp::from_millisecond(now)?);
            let at = schedule_time(due, now);
            prop_assert!(at >= due && at > now && at.subsec_nanosecond() == 0);
            prop_assert!(at.duration_since(due.max(now)) <= SCHEDULE_LEAD + SignedDuration::from_secs(1));
        }
    }
}
