//! How long to wait before a call is repeated.

use std::time::Duration;

use rail::clock;

/// The wait before the first repetition, at most; it doubles with each.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait that is chosen here.
const LONGEST: Duration = Duration::from_secs(8);
/// The longest wait that an answer may ask for. Who is told to come back later than that is told so instead.
const LONGEST_ASKED: Duration = Duration::from_secs(60);
/// Repetitions of one call.
const REPETITIONS: u32 = 5;

/// The waits of one call.
#[derive(Debug, Default)]
pub struct Backoff {
    waited: u32,
}

impl Backoff {
    /// How long to wait now, if the call is to be repeated once more. `asked` is what the answer asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.next_by(asked, clock::random())
    }

    /// Anything up to the bound, so that many who met the same fault do not come back as one; at least what was asked for.
    fn next_by(&mut self, asked: Option<Duration>, random: u128) -> Option<Duration> {
        if self.waited == REPETITIONS || asked.is_some_and(|asked| asked > LONGEST_ASKED) {
            return None;
        }
        let most = FIRST.saturating_mul(1 << self.waited).min(LONGEST);
        self.waited += 1;
        let share = u64::try_from(random % u128::from(most.as_micros() as u64 + 1)).unwrap_or_default();
        Some(asked.unwrap_or_default() + Duration::from_micros(share))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waits(asked: Option<Duration>, random: u128) -> Vec<Duration> {
        let mut backoff = Backoff::default();
        std::iter::from_fn(|| backoff.next_by(asked, random)).collect()
    }

    #[test]
    fn bounds_double_and_end() {
        let most = waits(None, u128::from(FIRST.as_micros() as u64));
        assert_eq!(most.first(), Some(&FIRST));
        assert_eq!(most.len(), REPETITIONS as usize);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bound_and_not_before_what_was_asked(random: u128, asked in 0_u64..60) {
            let asked = Duration::from_secs(asked);
            for (index, wait) in waits(Some(asked), random).into_iter().enumerate() {
                prop_assert!(wait >= asked);
                prop_assert!(wait - asked <= (FIRST * (1 << index)).min(LONGEST));
            }
        }
    }

    #[test]
    fn nobody_waits_for_longer_than_a_minute_because_an_answer_asks_for_it() {
        assert!(waits(Some(LONGEST_ASKED + Duration::from_secs(1)), 0).is_empty());
    }
}
