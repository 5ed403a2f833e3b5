//! This machine's clock against AWS's: requests are signed with the time, and times are what the command shows.

use jiff::{SignedDuration, Timestamp};

use super::check::Check;
use crate::aws::Witness;

/// The header is to the second, and the answer took its time.
const UNNOTICED: SignedDuration = SignedDuration::from_secs(3);
/// From here on AWS refuses what is signed (Signature Version 4), and receivers take a webhook that was signed here for replayed.
const TOO_FAR: SignedDuration = SignedDuration::from_mins(5);

pub fn examine(witness: &Witness) -> Check {
    match witness.heard().and_then(|heard| heard.clocks) {
        Some((there, here)) => compare(there, here),
        None => Check::warning("clock", "could not be checked: AWS's answer had no date", "look again"),
    }
}

fn compare(there: Timestamp, here: Timestamp) -> Check {
    let off = here.duration_since(there);
    let found = format!("{} s {} AWS's", off.as_secs().abs(), if off.is_negative() { "behind" } else { "ahead of" });
    let advice = "set this machine's clock, best by NTP";
    match off.abs() {
        off if off <= UNNOTICED => Check::ok("clock", "that of AWS"),
        off if off < TOO_FAR => Check::warning("clock", found, advice),
        _ => Check::failed("clock", found, advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Level;

    #[test]
    fn a_clock_may_be_off_a_little_and_five_minutes_are_too_many() {
        let found = |second: i64| {
            let check = compare(Timestamp::UNIX_EPOCH, Timestamp::from_second(second).unwrap());
            (check.level, check.found)
        };
        assert_eq!(found(2).0, Level::Ok);
        assert_eq!(found(-60), (Level::Warning, "60 s behind AWS's".to_owned()));
        assert_eq!(found(301), (Level::Failed, "301 s ahead of AWS's".to_owned()));
    }
}
