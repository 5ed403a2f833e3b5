//! Events as they arrive: the API's list of events, read again and again.
//!
//! The list is newest first, but an event may come to stand in it a moment later than its time says, below others that are
//! newer. So each reading goes back to [`OVERLAP`] before the newest of the reading before, and what was met there already
//! is known.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::api::view::Event;
use crate::api::{Api, ApiError, Pages};

/// How much later than its time an event may come to stand in the list: for as long as a function may take to publish it.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// The readings of the list.
pub struct Arrivals<'a> {
    api: &'a Api,
    known: Known,
}

/// An event that stands in the list.
pub struct Arrival {
    pub event: Event,
    /// Whether it came since the reading before.
    pub new: bool,
}

impl<'a> Arrivals<'a> {
    pub fn of(api: &'a Api) -> Self {
        Self { api, known: Known::default() }
    }

    /// Reads the newest events, the newest first: as far as anything may be new, and one page at least. The first reading goes
    /// back to `since`, and finds nothing new.
    pub async fn read(&mut self, since: Timestamp) -> Result<Vec<Arrival>, ApiError> {
        let mut pages = Pages::of(self.api, &["events"]);
        let back_to = self.known.back_to().unwrap_or(since);
        let mut read: Vec<Event> = Vec::new();
        while let Some(page) = pages.next::<Event>().await? {
            read.extend(page);
            if read.last().is_some_and(|oldest| oldest.created_at < back_to) {
                break;
            }
        }
        let news = self.known.take(read.iter().map(|event| (event.id.as_str(), event.created_at)));
        Ok(read.into_iter().zip(news).map(|(event, new)| Arrival { event, new }).collect())
    }
}

/// What of the list was met.
#[derive(Debug, Default)]
struct Known {
    readings: u64,
    newest: Option<Timestamp>,
    events: HashMap<String, Timestamp>,
}

impl Known {
    /// How far back something new may stand; not known before the first reading.
    fn back_to(&self) -> Option<Timestamp> {
        (self.readings > 0).then(|| match self.newest {
            Some(newest) => newest.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN),
            None => Timestamp::MIN,
        })
    }

    /// Which of these are new, in their order.
    fn take<'e>(&mut self, events: impl Iterator<Item = (&'e str, Timestamp)>) -> Vec<bool> {
        let back_to = self.back_to();
        let mut news = Vec::new();
        for (id, created_at) in events {
            let known = self.events.insert(id.to_owned(), created_at).is_some();
            // Whatever stands deeper was met before, and forgotten.
            news.push(!known && back_to.is_some_and(|back_to| created_at >= back_to));
            self.newest = self.newest.max(Some(created_at));
        }
        self.readings += 1;
        if let Some(back_to) = self.back_to() {
            self.events.retain(|_, created_at| *created_at >= back_to);
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn take(known: &mut Known, events: &[(&str, i64)]) -> Vec<bool> {
        known.take(events.iter().map(|(id, second)| (*id, at(*second))))
    }

    #[test]
    fn what_stands_there_at_first_is_not_new_and_what_comes_is_once() {
        let mut known = Known::default();
        assert_eq!(take(&mut known, &[("b", 101), ("a", 100)]), [false, false]);
        assert_eq!(take(&mut known, &[("c", 102), ("b", 101), ("a", 100)]), [true, false, false]);
        assert_eq!(take(&mut known, &[("c", 102), ("b", 101), ("a", 100)]), [false, false, false]);
    }

    #[test]
    fn the_first_of_all_events_is_new() {
        let mut known = Known::default();
        assert!(take(&mut known, &[]).is_empty());
        assert_eq!(take(&mut known, &[("a", 100)]), [true]);
    }

    #[test]
    fn what_comes_late_among_older_ones_is_new_but_what_was_forgotten_is_not() {
        let mut known = Known::default();
        take(&mut known, &[("b", 1000), ("old", 900)]);
        assert_eq!(take(&mut known, &[("b", 1000), ("late", 971), ("old", 900)]), [false, true, false]);
    }

    proptest! {
        /// Events come late by up to the overlap, and readings reach as deep as they like: each event is new once.
        #[test]
        fn each_event_is_new_in_one_reading(
            events in prop::collection::vec((0_i64..300, 0_i64..30), 1..60),
            depths in prop::collection::vec(0_i64..200, 20),
        ) {
            let (mut known, mut met) = (Known::default(), vec![0; events.len()]);
            take(&mut known, &[]);
            for (reading, depth) in depths.iter().enumerate() {
                let now = 20 * (reading as i64 + 1);
                let back_to = known.back_to().unwrap().as_second().max(0) - depth;
                let mut shown: Vec<_> = events.iter().enumerate()
                    .filter(|(_, (created, late))| created + late <= now && *created >= back_to).collect();
                shown.sort_by_key(|(_, (created, _))| -created);
                let ids: Vec<_> = shown.iter().map(|(index, _)| index.to_string()).collect();
                let listed: Vec<_> = ids.iter().zip(&shown).map(|(id, (_, (created, _)))| (id.as_str(), *created)).collect();
                let news = take(&mut known, &listed);
                for ((index, _), new) in shown.iter().zip(news) {
                    met[*index] += usize::from(new);
                }
            }
            prop_assert!(met.iter().all(|&times| times == 1), "{met:?}");
        }
    }
}
