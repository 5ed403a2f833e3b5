//! A recovery: delivering again, as a background job, what failed at an endpoint over a period.
//!
//! It goes through the failed deliveries of the period from the oldest event to the newest, in *turns*, and keeps how far it
//! got. A turn that is repeated finds what it did before no longer failed, and passes it over: so a recovery may be
//! interrupted anywhere, and goes on where it was.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::Retention;
use super::id::{EndpointId, EventId, RecoveryId, TenantId};
use super::period::Period;

/// How long one can ask how a recovery went.
const KEPT: Retention = Retention::days(7);

/// How a recovery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RecoveryStatus {
    /// It has further to go.
    Running,
    /// It went through the whole period.
    Completed {
        /// When it had.
        at: Timestamp,
    },
    /// The endpoint was disabled or deleted meanwhile.
    Stopped {
        /// When that was found.
        at: Timestamp,
    },
}

/// A recovery of what failed at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which endpoint's deliveries.
    pub endpoint: EndpointId,
    /// Deliveries of events published in this period.
    pub period: Period,
    /// How it stands.
    pub status: RecoveryStatus,
    /// The last event it has looked at, or the last before its period.
    pub reached: EventId,
    /// How many deliveries were started again.
    pub recovered: u32,
    /// How many could not be, because they have had all the attempts there may be.
    pub skipped: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What was done in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The last event that was looked at; none when there was none left.
    pub reached: Option<EventId>,
    /// Whether there may be more.
    pub more: bool,
    /// How many deliveries were started again.
    pub recovered: u32,
    /// How many could not be.
    pub skipped: u32,
}

impl Recovery {
    /// One that has not begun.
    pub fn new(id: RecoveryId, tenant: TenantId, endpoint: EndpointId, period: Period, now: Timestamp) -> Self {
        let reached = EventId::last_before(period.since());
        let status = RecoveryStatus::Running;
        Self { id, tenant, endpoint, period, status, reached, recovered: 0, skipped: 0, created_at: now }
    }

    /// Until when it is kept.
    pub fn expires(&self) -> Timestamp {
        KEPT.end(self.created_at)
    }

    /// Whether this event was published before its period is over.
    pub fn reaches_to(&self, event: EventId) -> bool {
        event <= EventId::last_before(self.period.until())
    }

    /// This recovery after a turn.
    #[must_use]
    pub fn after(&self, turn: Turn, now: Timestamp) -> Self {
        let status = if turn.more { RecoveryStatus::Running } else { RecoveryStatus::Completed { at: now } };
        Self {
            status,
            reached: turn.reached.unwrap_or(self.reached),
            recovered: self.recovered.saturating_add(turn.recovered),
            skipped: self.skipped.saturating_add(turn.skipped),
            ..self.clone()
        }
    }

    /// This recovery, ended before its time.
    #[must_use]
    pub fn stopped(&self, now: Timestamp) -> Self {
        Self { status: RecoveryStatus::Stopped { at: now }, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn recovery(since: i64, until: i64) -> Recovery {
        let period = Period::of_the_past(second(since), Some(second(until)), second(1000)).unwrap();
        let at = second(1000);
        Recovery::new(RecoveryId::new(at, 1), "acme".parse().unwrap(), EndpointId::new(at, 2), period, at)
    }

    #[test]
    fn turns_add_up_until_there_is_no_more() {
        let reached = |second_of_it| Some(EventId::new(second(second_of_it), 7));
        let begun = recovery(10, 500);
        let first = Turn { reached: reached(20), more: true, recovered: 5, skipped: 1 };
        let going = begun.after(first, second(1001));
        assert_eq!((going.status, going.reached), (RecoveryStatus::Running, first.reached.unwrap()));
        let last = Turn { reached: None, more: false, recovered: 2, skipped: 0 };
        let done = going.after(last, second(1002));
        assert_eq!(done.status, RecoveryStatus::Completed { at: second(1002) });
        assert_eq!((done.reached, done.recovered, done.skipped), (going.reached, 7, 1));
    }

    proptest! {
        #[test]
        fn an_event_is_looked_at_when_it_was_published_in_the_period(ms in 0_i64..600_000, random: u128) {
            let recovery = recovery(100, 200);
            let event = EventId::new(Timestamp::from_millisecond(ms).unwrap(), random);
            let looked_at = event > recovery.reached && recovery.reaches_to(event);
            prop_assert_eq!(looked_at, (100_000..200_000).contains(&ms));
        }
    }
}
