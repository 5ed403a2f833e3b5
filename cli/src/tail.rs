//! `rail tail`: attempts, as they are made.
//!
//! The API has no stream of attempts, so its list of events is read again and again ([`Arrivals`]); where a delivery has more
//! attempts than were seen, they are asked for. What is older, but still open, is looked at by itself when its next attempt is
//! due, and every now and then in case somebody brings that forward ([`seen`]).

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use rail::clock;
use rail::domain::id::EndpointId;
use rail::domain::pattern::{EventType, Pattern};

use crate::api::view::Event;
use crate::api::{Api, ApiError, ApiOptions, Pages};
use crate::arrivals::Arrivals;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::moment::Moment;
use crate::terminal;

mod line;
mod seen;

use line::{Line, Recorded};
use seen::Seen;

/// How long it waits between two readings.
const EVERY: Duration = Duration::from_secs(1);
/// How many calls are made at once.
const AT_ONCE: usize = 8;
/// How many events are looked at by themselves after one reading.
const MOST_LOOKS: usize = 50;
/// How many pages of retrying, and of pending, events are taken up at the start.
const MOST_OPEN_PAGES: usize = 10;

/// Follows attempts until Ctrl-C, one on a line.
///
/// Shown are the attempts of all that is published from now on, of what waits for an attempt now, and of the newest 100 events.
/// Somebody's retry of an older event that had ended is not.
#[derive(Args)]
pub struct Tail {
    #[command(flatten)]
    api: ApiOptions,
    /// Begin with attempts that were made since then: a time, or how long ago, like 10m.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Attempts at this endpoint alone.
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<EndpointId>,
    /// Events that match one of these patterns alone.
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    events: Vec<Pattern>,
    /// Attempts that were not accepted alone.
    #[arg(long)]
    failed: bool,
}

impl Tail {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        let since = self.since.as_ref().map(Moment::resolve).transpose()?;
        let mut interruption = Interruption::watch()?;
        let filter =
            Filter { endpoint: self.endpoint.map(|id| id.to_string()), events: self.events, failed: self.failed };
        tokio::select! {
            () = interruption.come() => Ok(()),
            ended = follow(&api, since, &filter, json) => ended,
        }
    }
}

struct Filter {
    endpoint: Option<String>,
    events: Vec<Pattern>,
    failed: bool,
}

impl Filter {
    fn wants_event(&self, event: &Event) -> bool {
        let wanted = |event_type: EventType| self.events.iter().any(|pattern| pattern.matches(&event_type));
        self.events.is_empty() || event.event_type.parse().is_ok_and(wanted)
    }

    fn wants(&self, line: &Line) -> bool {
        let Line { recorded: Recorded { attempt, .. }, .. } = line;
        self.endpoint.as_ref().is_none_or(|endpoint| *endpoint == attempt.endpoint_id)
            && !(self.failed && attempt.outcome == "accepted")
    }
}

async fn follow(api: &Api, since: Option<Timestamp>, filter: &Filter, json: bool) -> Result<(), Failure> {
    let (mut arrivals, mut seen) = (Arrivals::of(api), Seen::default());
    let mut changed = begin(api, &mut arrivals, &mut seen, since, filter).await?;
    terminal::say("Following attempts; Ctrl-C ends it.");
    let mut earliest = since;
    loop {
        let mut lines = lines(api, &mut seen, changed).await?;
        lines.retain(|line| {
            filter.wants(line) && earliest.is_none_or(|since| line.recorded.attempt.started_at >= since)
        });
        lines.sort_by_key(|line| (line.recorded.attempt.started_at, line.recorded.attempt.number));
        lines.iter().try_for_each(|line| line.print(json))?;
        // Whatever comes to light from here on was made since.
        earliest = None;
        tokio::time::sleep(EVERY).await;
        changed = read(api, &mut arrivals, &mut seen, filter).await?;
    }
}

/// Takes note of what there is. Returns the events of which attempts are to be shown: those since `since`.
async fn begin(
    api: &Api,
    arrivals: &mut Arrivals<'_>,
    seen: &mut Seen,
    since: Option<Timestamp>,
    filter: &Filter,
) -> Result<Vec<Event>, ApiError> {
    let newest = arrivals.read(since.unwrap_or(Timestamp::MAX)).await?;
    let mut found: Vec<Event> = newest.into_iter().map(|arrival| arrival.event).collect();
    for status in ["retrying", "pending"] {
        let mut pages = Pages::of(api, &["events"]).with("status", Some(status));
        for _ in 0..MOST_OPEN_PAGES {
            let Some(page) = pages.next::<Event>().await? else { break };
            found.extend(page);
        }
    }
    let mut met = HashSet::new();
    found.retain(|event| met.insert(event.id.clone()) && filter.wants_event(event));
    found.retain(|event| seen.begin_with(event, since, clock::now()));
    Ok(found)
}

/// The events that have attempts to be shown.
async fn read(
    api: &Api,
    arrivals: &mut Arrivals<'_>,
    seen: &mut Seen,
    filter: &Filter,
) -> Result<Vec<Event>, ApiError> {
    let listed = arrivals.read(Timestamp::MAX).await?;
    let now = clock::now();
    let mut changed = Vec::new();
    let mut shown = HashSet::new();
    for arrival in listed.into_iter().filter(|arrival| filter.wants_event(&arrival.event)) {
        shown.insert(arrival.event.id.clone());
        if seen.take(&arrival.event, arrival.new, now) {
            changed.push(arrival.event);
        }
    }
    let due = seen.due(&shown, MOST_LOOKS, now);
    let looks = stream::iter(due).map(|id| look(api, id)).buffer_unordered(AT_ONCE);
    for (id, event) in looks.try_collect::<Vec<_>>().await? {
        match event {
            Some(event) if seen.take(&event, false, now) => changed.push(event),
            Some(_) => {}
            None => seen.forget(&id),
        }
    }
    seen.tidy(&shown);
    Ok(changed)
}

/// The event as it is now, if its time is not over.
async fn look(api: &Api, id: String) -> Result<(String, Option<Event>), ApiError> {
    match api.get(&["events", &id]).fetch().await {
        Ok(event) => Ok((id, Some(event))),
        Err(error) if error.refusal() == Some(404) => Ok((id, None)),
        Err(error) => Err(error),
    }
}

/// The attempts of these events that were not seen yet.
async fn lines(api: &Api, seen: &mut Seen, events: Vec<Event>) -> Result<Vec<Line>, ApiError> {
    let read = |event: Event| async move {
        let attempts = Pages::of(api, &["events", &event.id, "attempts"]).all::<Recorded>().await?;
        Ok::<_, ApiError>((event, attempts))
    };
    let read: Vec<_> = stream::iter(events).map(read).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut lines = Vec::new();
    for (event, attempts) in read {
        let new = attempts.into_iter().filter(|recorded| seen.is_new(&event.id, &recorded.attempt));
        lines.extend(new.map(|recorded| Line::new(&event, recorded)));
    }
    Ok(lines)
}
