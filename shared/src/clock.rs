//! The clock and the dice: the only place that asks either.

use jiff::{Timestamp, TimestampRound, Unit};

/// Now, to the millisecond: what ids, tables and the API can all express.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc)).unwrap_or(now)
}

/// Random bytes, fit for keys.
///
/// # Panics
/// When the operating system has no randomness to give: nothing could be done safely then.
#[expect(clippy::expect_used, reason = "without randomness nothing can be done safely")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// A random number, as ids want it.
pub fn random() -> u128 {
    u128::from_le_bytes(random_bytes())
}
