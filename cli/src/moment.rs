//! A point in time as it is typed: `2026-11-24T08:00:00Z`, `2026-11-24 08:00` by the local clock, or `2h`, `7d` ago.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rail::clock;

#[derive(Debug, Clone)]
pub enum Moment {
    At(Timestamp),
    Local(DateTime),
    Ago(Span),
}

#[derive(Debug, thiserror::Error)]
#[error("expected a time like 2026-11-24T08:00:00Z or `2026-11-24 08:00`, or how long ago, like 90m, 24h or 7d")]
pub struct NotAMoment;

#[derive(Debug, thiserror::Error)]
#[error("is further away than time is reckoned")]
pub struct OutOfReach;

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        if let Ok(at) = text.parse() {
            return Ok(Self::Local(at));
        }
        match text.parse::<Span>() {
            Ok(ago) if !ago.is_negative() => Ok(Self::Ago(ago)),
            Ok(_) | Err(_) => Err(NotAMoment),
        }
    }
}

impl Moment {
    /// Which point in time it is, seen from now.
    pub fn resolve(&self) -> Result<Timestamp, String> {
        self.resolve_in(&TimeZone::system(), clock::now()).map_err(|error| error.to_string())
    }

    fn resolve_in(&self, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, OutOfReach> {
        match self {
            Self::At(at) => Ok(*at),
            Self::Local(at) => zone.to_timestamp(*at).map_err(|_| OutOfReach),
            // In days of the local calendar: `1d` ago is the same time of day.
            Self::Ago(ago) => {
                now.to_zoned_datetime(zone.clone()).checked_sub(*ago).map(|at| at.timestamp()).map_err(|_| OutOfReach)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(text: &str) -> String {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        text.parse::<Moment>().unwrap().resolve_in(&zone, now).unwrap().to_string()
    }

    #[test]
    fn a_moment_is_typed_as_people_think_of_it() {
        assert_eq!(resolved("2026-11-24T08:00:00Z"), "2026-11-24T08:00:00Z");
        assert_eq!(resolved("2026-11-24T08:00:00+02:00"), "2026-11-24T06:00:00Z");
        assert_eq!(resolved("2026-11-24 08:00"), "2026-11-24T07:00:00Z");
        assert_eq!(resolved("2026-11-24"), "2026-11-23T23:00:00Z");
        assert_eq!(resolved("90m"), "2026-11-24T10:30:00Z");
        assert_eq!(resolved("7d"), "2026-11-17T12:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for wrong in ["", "yesterday", "-2h", "24:00", "7"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
        assert!("19998y".parse::<Moment>().unwrap().resolve().is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}|[0-9]{1,4}[smhdwy]") {
            if let Ok(moment) = text.parse::<Moment>() {
                moment.resolve().map(drop).unwrap_or_default();
            }
        }
    }
}
