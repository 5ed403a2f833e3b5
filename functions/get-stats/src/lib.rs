//! `GET /v1/webhooks/endpoints/{id}/stats`: what became of an endpoint's deliveries over a period, in numbers.
//!
//! They are counted from the log when they are asked for: publishing and delivering write nothing for them. A read unit is 8 KB
//! (eventually consistent): some ten deliveries that were accepted at once, or one with five attempts and their answers. So an
//! answer with 10,000 deliveries costs 1,000 to 10,000 units, $0.0001 to $0.001.

use std::sync::Arc;

use jiff::SignedDuration;
use rail::api::view::StatsView;
use rail::api::{self, ApiError, Gate, Query, Request};
use rail::clock;
use rail::domain::id::EventId;
use rail::domain::key::Scope;
use rail::domain::period::Period;
use rail::domain::stats::Tally;
use rail::env::EnvError;
use rail::store::Log;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// The most deliveries that are read for one answer.
const MOST_DELIVERIES: usize = 10_000;
/// How long is read for one answer: well below the 30 s after which the HTTP API gives up.
const LONGEST: SignedDuration = SignedDuration::from_secs(15);
/// After how many deliveries that is looked at.
const LOOK_EVERY: usize = 100;
/// The period that is meant where none is said.
const DEFAULT_PERIOD: SignedDuration = SignedDuration::from_hours(24);
/// Into how many parts it is divided where none is said, and at most.
const DEFAULT_BUCKETS: u16 = 24;
const MOST_BUCKETS: usize = 100;

/// What the route works with.
pub struct GetStats {
    gate: Gate,
    endpoints: Endpoints,
    log: Log,
}

impl GetStats {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, log: wiring.log()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn get_stats(app: Arc<GetStats>, request: Request) -> Result<StatsView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsRead).await?;
    let id = api::id(&request)?;
    let query = Query::new(&request, &["since", "until", "buckets"])?;
    let period = period(&query)?;
    let buckets = query.number("buckets", 1..=MOST_BUCKETS)?;
    let buckets = buckets.and_then(|buckets| u16::try_from(buckets).ok()).unwrap_or(DEFAULT_BUCKETS);
    app.endpoints.find(&tenant, id).await?.ok_or(ApiError::NotFound("endpoint"))?;

    let mut tally = Tally::new(period, buckets);
    let begun = clock::now();
    // Up to the first of the moment at which the period is over.
    let before = EventId::new(period.until(), 0);
    let mut deliveries = app.log.deliveries(id, Some(before), MOST_DELIVERIES / 4, begun);
    for read in 0..MOST_DELIVERIES {
        match deliveries.next_delivery().await?.filter(|delivery| delivery.created_at >= period.since()) {
            Some(delivery) => tally.count(&delivery),
            None => return Ok(StatsView::new(id, tally.finish(), true)),
        }
        if read % LOOK_EVERY == 0 && clock::now().duration_since(begun) > LONGEST {
            break;
        }
    }
    Ok(StatsView::new(id, tally.finish(), false))
}

fn period(query: &Query) -> Result<Period, ApiError> {
    let now = clock::now();
    let until = query.time("until")?;
    let since = match query.time("since")? {
        Some(since) => since,
        None => until.unwrap_or(now).min(now).saturating_sub(DEFAULT_PERIOD).unwrap_or(now),
    };
    Period::of_the_past(since, until, now).map_err(|error| ApiError::invalid("since", error))
}
