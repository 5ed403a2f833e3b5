//! Periods of the past: what a recovery goes through, and what statistics are of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A period that has no end after its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must lie before `until`, which is now where it is absent or in the future")]
pub struct EmptyPeriod;

/// From a moment up to, and without, another; whatever happened at a moment of it belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    since: Timestamp,
    until: Timestamp,
}

impl Period {
    /// The period of the past from `since` to `until`, or to now.
    ///
    /// # Errors
    /// When nothing can have happened in it.
    pub fn of_the_past(since: Timestamp, until: Option<Timestamp>, now: Timestamp) -> Result<Self, EmptyPeriod> {
        let until = until.map_or(now, |until| until.min(now));
        if since < until { Ok(Self { since, until }) } else { Err(EmptyPeriod) }
    }

    /// When it begins.
    pub fn since(self) -> Timestamp {
        self.since
    }

    /// When it is over.
    pub fn until(self) -> Timestamp {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_period_lies_in_the_past_and_is_not_empty() {
        let period = |since, until: Option<i64>| Period::of_the_past(second(since), until.map(second), second(1000));
        assert_eq!(period(10, None).map(Period::until), Ok(second(1000)));
        assert_eq!(period(10, Some(5000)).map(Period::until), Ok(second(1000)));
        assert_eq!(period(10, Some(10)), Err(EmptyPeriod));
        assert_eq!(period(1000, None), Err(EmptyPeriod));
    }
}
