//! How fast: deliveries to an endpoint, requests with an API key.
//!
//! A *rate* is a number per second. What goes at a rate takes *slots*, one after the other, spaced by the rate: a slot is a
//! moment, nobody else has it, and what has one goes then. So however many functions send to an endpoint at once, together
//! they keep its rate, and what waits, waits in the order in which it asked.
//!
//! Taking slots is arithmetic on one number, the moment of the next free slot ([`crate::store`] keeps it); how to wait for
//! one's slot is decided here.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The highest rate. Each slot is a write to one item, and an item takes 1,000 writes a second (DynamoDB's limit of a
/// partition); half of it is left for losing a race.
const MAX_PER_SECOND: u16 = 500;
/// A slot so near is waited for on the spot: it costs less than to come again.
const NEAR: SignedDuration = SignedDuration::from_secs(3);
/// How late one may be and still take one's slot: so much may be added to the rate over any 10 s, 5 %.
const LATE: SignedDuration = SignedDuration::from_millis(500);
/// How long before its slot a message is wanted back: a queue's delays are in whole seconds, and it takes a moment to
/// hand a message out.
const EARLY: SignedDuration = SignedDuration::from_secs(2);
/// The longest that a queue keeps a message back (SQS: 15 minutes).
pub const LONGEST_DELAY: Duration = Duration::from_secs(900);

/// What is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number per second, 1 to {MAX_PER_SECOND}")]
pub struct NotARate;

/// So many per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Rate(u16);

impl Rate {
    /// From one slot to the next.
    pub fn spacing(self) -> SignedDuration {
        SignedDuration::from_micros(1_000_000 / i64::from(self.0))
    }

    /// How far ahead of the clock requests may run: a second's worth at once.
    pub fn burst(self) -> SignedDuration {
        SignedDuration::from_secs(1) - self.spacing()
    }
}

impl TryFrom<u16> for Rate {
    type Error = NotARate;

    fn try_from(per_second: u16) -> Result<Self, NotARate> {
        if (1..=MAX_PER_SECOND).contains(&per_second) { Ok(Self(per_second)) } else { Err(NotARate) }
    }
}

impl From<Rate> for u16 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl std::str::FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        text.parse::<u16>().map_err(|_| NotARate)?.try_into()
    }
}

/// What to do about a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Go, after this wait.
    Go(Duration),
    /// Come again shortly before.
    ComeAgain,
    /// It is over: somebody else's slot is now.
    Missed,
}

/// What to do about this slot now.
pub fn turn(slot: Timestamp, now: Timestamp) -> Turn {
    let ahead = slot.duration_since(now);
    if ahead < -LATE {
        return Turn::Missed;
    }
    if ahead <= NEAR {
        return Turn::Go(ahead.max(SignedDuration::ZERO).unsigned_abs());
    }
    Turn::ComeAgain
}

/// For how long a queue should keep back what has this slot, so that it comes again shortly before.
pub fn until(slot: Timestamp, now: Timestamp) -> Duration {
    let whole = (slot.duration_since(now) - EARLY).as_secs().max(0).unsigned_abs();
    Duration::from_secs(whole).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    #[test]
    fn a_rate_is_a_whole_number_within_bounds() {
        for wrong in ["0", "501", "-1", "1.5", "", "many"] {
            assert_eq!(wrong.parse::<Rate>(), Err(NotARate), "{wrong}");
        }
        let spacing = |rate: &str| rate.parse::<Rate>().unwrap().spacing();
        assert_eq!([spacing("1"), spacing("500")], [1000, 2].map(SignedDuration::from_millis));
    }

    #[test]
    fn one_waits_for_a_near_slot_comes_again_for_a_far_one_and_misses_a_past_one() {
        assert_eq!(turn(at(1000), at(1000)), Turn::Go(Duration::ZERO));
        assert_eq!(turn(at(1000), at(1400)), Turn::Go(Duration::ZERO));
        assert_eq!(turn(at(3500), at(1000)), Turn::Go(Duration::from_millis(2500)));
        assert_eq!(turn(at(1000), at(1501)), Turn::Missed);
        assert_eq!(turn(at(11_500), at(1000)), Turn::ComeAgain);
        assert_eq!(until(at(11_500), at(1000)), Duration::from_secs(8));
        assert_eq!(until(at(10_000_000), at(0)), LONGEST_DELAY);
        assert_eq!(until(at(0), at(1000)), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn whoever_comes_again_is_early_enough_to_wait_on_the_spot(ahead in 0_i64..900_000) {
            match turn(at(ahead), at(0)) {
                Turn::Go(wait) => prop_assert_eq!(i64::try_from(wait.as_millis()).unwrap(), ahead),
                Turn::ComeAgain => {
                    let delay = until(at(ahead), at(0));
                    let then = at(i64::try_from(delay.as_millis()).unwrap());
                    prop_assert!(matches!(turn(at(ahead), then), Turn::Go(_)) || delay == LONGEST_DELAY);
                }
                Turn::Missed => prop_assert!(false),
            }
        }
    }
}
