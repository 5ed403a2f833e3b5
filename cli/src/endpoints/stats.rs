//! `rail endpoints stats`: what became of an endpoint's deliveries over a period.

use clap::Args;
use rail::domain::id::EndpointId;

use crate::api::Api;
use crate::api::view::{Latency, Stats};
use crate::failure::Failure;
use crate::moment::Moment;
use crate::output::{self, Cell, local, or_empty};
use crate::terminal;

#[derive(Args)]
pub struct Period {
    /// From when on: a time, or how long ago. 24 hours before its end, if it is not said.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Until when; now, if it is not said.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Into how many parts it is divided, 1 to 100.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u8).range(1..=100))]
    buckets: u8,
}

pub async fn run(api: &Api, endpoint: EndpointId, period: &Period, json: bool) -> Result<(), Failure> {
    let at = |moment: &Option<Moment>| moment.as_ref().map(Moment::resolve).transpose();
    let (since, until) = (at(&period.since)?, at(&period.until)?);
    let call = api.get(&["endpoints", &endpoint.to_string(), "stats"]);
    let call = call.query("since", since).query("until", until).query("buckets", Some(period.buckets));
    let answer = call.send().await?;
    if json {
        return output::json_text(&answer.text);
    }
    show(&answer.read()?)
}

fn show(stats: &Stats) -> Result<(), Failure> {
    let Stats { deliveries, attempts, .. } = stats;
    let open = format!("{} retrying, {} pending", deliveries.retrying, deliveries.pending);
    output::fields([
        ("from", local(stats.since).into()),
        ("until", local(stats.until).into()),
        ("deliveries", deliveries.total.into()),
        ("delivered", deliveries.delivered.into()),
        ("failed", deliveries.failed.into()),
        ("open", open.into()),
        ("success", or_empty(stats.success_rate.map(|rate| format!("{:.2} %", rate * 100.0)))),
        ("attempts", format!("{}, {} accepted", attempts.total, attempts.accepted).into()),
        ("latency", or_empty(stats.latency_ms.as_ref().map(in_words))),
    ])?;
    output::line("")?;
    let header = ["FROM", "DELIVERED", "FAILED", "RETRYING", "PENDING", "P50 MS", "P99 MS"];
    output::table(
        header,
        stats.buckets.iter().map(|bucket| {
            let latency = |of: fn(&Latency) -> u64| or_empty(bucket.latency_ms.as_ref().map(of));
            let counts = [bucket.delivered, bucket.failed, bucket.retrying, bucket.pending];
            let [delivered, failed, retrying, pending] = counts.map(Cell::from);
            [
                local(bucket.since).into(),
                delivered,
                failed,
                retrying,
                pending,
                latency(|latency| latency.p50),
                latency(|latency| latency.p99),
            ]
        }),
    )?;
    if !stats.complete {
        terminal::say("There were more deliveries than are counted at once: these are the newest.");
    }
    Ok(())
}

fn in_words(latency: &Latency) -> String {
    let Latency { p50, p90, p99, max } = latency;
    format!("half within {p50} ms, 90 % {p90} ms, 99 % {p99} ms, all {max} ms")
}
