//! What `rail tail` has seen of events: how many attempts each delivery had, and when to look again.
//!
//! Attempts of a delivery are numbered from 1 without gaps, so the highest number that was seen tells all others.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::api::view::{Attempt, Event};

/// A delivery that waits is looked at this often at least, because somebody may bring its next attempt forward.
const AT_LEAST_EVERY: SignedDuration = SignedDuration::from_secs(30);
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug, Default)]
pub struct Seen {
    events: HashMap<String, Watched>,
}

#[derive(Debug)]
struct Watched {
    /// The highest number of an attempt that was seen, by endpoint.
    highest: HashMap<String, u32>,
    /// When to look at it, while anything is to come.
    look_at: Option<Timestamp>,
}

impl Seen {
    /// Takes note of an event that was there before: its attempts count as seen, but for those since `since`. Whether there may
    /// be such.
    pub fn begin_with(&mut self, event: &Event, since: Option<Timestamp>, now: Timestamp) -> bool {
        let mut to_show = false;
        let highest = event.deliveries.iter().map(|delivery| {
            let since_then = since.is_some_and(|since| delivery.last_attempt_at.is_some_and(|last| last >= since));
            to_show |= since_then;
            (delivery.endpoint_id.clone(), if since_then { 0 } else { delivery.attempts })
        });
        let watched = Watched { highest: highest.collect(), look_at: next_look(event, now) };
        self.events.insert(event.id.clone(), watched);
        to_show
    }

    /// Takes note of what an event is now. Whether it has attempts that were not seen.
    pub fn take(&mut self, event: &Event, new: bool, now: Timestamp) -> bool {
        if !new && !self.events.contains_key(&event.id) {
            // It was there before, had ended, and was forgotten.
            self.begin_with(event, None, now);
            return false;
        }
        let fresh = || Watched { highest: HashMap::new(), look_at: None };
        let watched = self.events.entry(event.id.clone()).or_insert_with(fresh);
        watched.look_at = next_look(event, now);
        event.deliveries.iter().any(|delivery| delivery.attempts > watched.highest_of(&delivery.endpoint_id))
    }

    /// Whether this attempt was not seen yet; from now on it is.
    pub fn is_new(&mut self, event: &str, attempt: &Attempt) -> bool {
        let Some(watched) = self.events.get_mut(event) else { return false };
        let highest = watched.highest.entry(attempt.endpoint_id.clone()).or_default();
        let new = attempt.number > *highest;
        *highest = attempt.number.max(*highest);
        new
    }

    /// The events to look at now that do not stand in the list that was just read: so many, the most overdue first.
    pub fn due(&self, shown: &HashSet<String>, most: usize, now: Timestamp) -> Vec<String> {
        let due = self.events.iter().filter(|(id, _)| !shown.contains(*id));
        let due = due.filter_map(|(id, watched)| watched.look_at.filter(|at| *at <= now).map(|at| (at, id)));
        let mut due: Vec<_> = due.collect();
        due.sort();
        due.into_iter().take(most).map(|(_, id)| id.clone()).collect()
    }

    /// Forgets an event that is not there any more.
    pub fn forget(&mut self, event: &str) {
        self.events.remove(event);
    }

    /// Forgets events that have ended and do not stand in the list.
    pub fn tidy(&mut self, shown: &HashSet<String>) {
        self.events.retain(|id, watched| watched.look_at.is_some() || shown.contains(id));
    }
}

impl Watched {
    fn highest_of(&self, endpoint: &str) -> u32 {
        self.highest.get(endpoint).copied().unwrap_or_default()
    }
}

/// When the event may have changed: at its next attempt, and while one is on its way, the sooner the younger it is.
fn next_look(event: &Event, now: Timestamp) -> Option<Timestamp> {
    let open = event.deliveries.iter().filter(|delivery| delivery.is_open());
    let waits = open.map(|delivery| match delivery.next_attempt_at {
        Some(at) => at.duration_since(now),
        None => now.duration_since(event.created_at) / 10,
    });
    let wait = waits.min()?.clamp(AT_MOST_EVERY, AT_LEAST_EVERY);
    Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// An event of second 100 with one delivery of so many attempts, which is retrying while its next is known.
    fn event(attempts: u32, next: Option<i64>) -> Event {
        let status = if next.is_some() { "retrying" } else { "delivered" };
        let delivery = json!({ "endpointId": "we_1", "status": status, "attempts": attempts,
            "nextAttemptAt": next.map(at), "lastAttemptAt": (attempts > 0).then(|| at(100 + i64::from(attempts))) });
        let event =
            json!({ "id": "evt_1", "type": "a.b", "status": status, "createdAt": at(100), "deliveries": [delivery] });
        serde_json::from_value(event).unwrap()
    }

    fn attempt(number: u32) -> Attempt {
        serde_json::from_value(
            json!({ "endpointId": "we_1", "number": number, "trigger": "policy", "startedAt": at(101),
            "durationMs": 1, "outcome": "refused", "responseStatus": 500 }),
        )
        .unwrap()
    }

    fn new(seen: &mut Seen, numbers: std::ops::RangeInclusive<u32>) -> Vec<u32> {
        numbers.filter(|number| seen.is_new("evt_1", &attempt(*number))).collect()
    }

    #[test]
    fn each_attempt_is_new_once() {
        let mut seen = Seen::default();
        assert!(!seen.take(&event(0, Some(160)), true, at(100)));
        assert!(seen.take(&event(1, Some(160)), false, at(101)));
        // Another was made between the two answers.
        assert_eq!(new(&mut seen, 1..=2), [1, 2]);
        assert!(!seen.take(&event(2, None), false, at(161)));
        assert!(new(&mut seen, 1..=2).is_empty());
    }

    #[test]
    fn what_was_there_before_counts_as_seen_but_for_what_is_asked_for() {
        let mut seen = Seen::default();
        assert!(!seen.begin_with(&event(3, Some(160)), None, at(110)));
        assert_eq!(new(&mut seen, 1..=4), [4]);
        assert!(!seen.begin_with(&event(3, None), Some(at(104)), at(110)));
        assert!(seen.begin_with(&event(3, None), Some(at(103)), at(110)));
        assert_eq!(new(&mut seen, 1..=3), [1, 2, 3]);
    }

    #[test]
    fn what_ended_and_was_forgotten_is_not_new_when_it_is_met_again() {
        let mut seen = Seen::default();
        seen.take(&event(1, None), true, at(101));
        assert_eq!(new(&mut seen, 1..=1), [1]);
        seen.tidy(&HashSet::new());
        assert!(!seen.take(&event(1, None), false, at(200)));
        // A retry by hand while it stands in the list is.
        assert!(seen.take(&event(2, None), false, at(201)));
        assert_eq!(new(&mut seen, 1..=2), [2]);
    }

    #[test]
    fn what_waits_is_looked_at_when_it_is_due_and_every_now_and_then() {
        let (mut seen, nothing) = (Seen::default(), HashSet::new());
        seen.begin_with(&event(1, Some(110)), None, at(101));
        assert!(seen.due(&nothing, 9, at(109)).is_empty());
        assert_eq!(seen.due(&nothing, 9, at(110)), ["evt_1"]);
        assert!(seen.due(&HashSet::from(["evt_1".to_owned()]), 9, at(110)).is_empty());
        seen.take(&event(2, Some(7300)), false, at(110));
        assert_eq!(seen.due(&nothing, 9, at(140)), ["evt_1"]);
        seen.tidy(&nothing);
        seen.take(&event(3, None), false, at(140));
        assert!(seen.due(&nothing, 9, at(9999)).is_empty());
    }
}
