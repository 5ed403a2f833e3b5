//! How long an endpoint may fail before it is disabled.
//!
//! An endpoint *fails* from the moment at which the retries of one of its deliveries are exhausted until the next attempt
//! that it accepts. One that has failed for longer than the operator's patience, with enough deliveries exhausted to rule
//! out chance, is disabled: nobody is listening there.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The fewest exhausted deliveries for which an endpoint is disabled: few enough for a quiet endpoint to get there in days,
/// too many for one poisonous event.
const LEAST_EXHAUSTED: u32 = 20;
/// The longest patience, in hours: a year.
const MAX_HOURS: i64 = 8760;

/// That an endpoint fails: since when, and how much was lost to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// When the first of its deliveries was exhausted after the last success.
    pub since: Timestamp,
    /// How many deliveries were exhausted since.
    pub exhausted: u32,
}

/// How long an endpoint may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(SignedDuration);

/// What is no patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of hours, 0 to {MAX_HOURS}")]
pub struct NotHours;

impl FromStr for Patience {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        let hours = text.parse().ok().filter(|hours| (0..=MAX_HOURS).contains(hours));
        hours.map(|hours| Self(SignedDuration::from_hours(hours))).ok_or(NotHours)
    }
}

impl Patience {
    /// Whether it is at its end.
    pub fn is_over(self, failing: Failing, now: Timestamp) -> bool {
        failing.exhausted >= LEAST_EXHAUSTED && now.duration_since(failing.since) >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_both_the_time_and_twenty_exhausted_deliveries() {
        let patience: Patience = "120".parse().unwrap();
        let five_days = Timestamp::from_second(5 * 24 * 60 * 60).unwrap();
        let failing = |exhausted| Failing { since: Timestamp::UNIX_EPOCH, exhausted };
        assert!(patience.is_over(failing(20), five_days));
        assert!(!patience.is_over(failing(19), five_days));
        assert!(!patience.is_over(failing(1000), five_days - SignedDuration::from_secs(1)));
    }

    #[test]
    fn what_is_no_patience_is_refused() {
        for wrong in ["", "-1", "1.5", "8761", "five days"] {
            assert_eq!(wrong.parse::<Patience>(), Err(NotHours), "{wrong}");
        }
        assert!(
            "0".parse::<Patience>()
                .unwrap()
                .is_over(Failing { since: Timestamp::UNIX_EPOCH, exhausted: 20 }, Timestamp::UNIX_EPOCH)
        );
    }
}
