//! Whether one receiver that hangs slows the other nine of its batch.
//!
//! Batches for ten receivers are delivered, with and without one of them hanging until the attempt's time is over. Of the
//! others it is measured when the request arrived and when the table was asked to record it, counted from the moment at
//! which the function got the batch.

use std::time::Instant;

use super::Bench;
use crate::Result;
use crate::aws::Sent;
use crate::figure::{Figure, Section, ms};
use crate::payload::SMALL;
use crate::receiver::{HANG, OK, Receiver};
use crate::relay::Relay;
use crate::rig::{BATCH, Rig};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::Manner;

/// Batches to warm up with: connections are open then.
const WARM_UP: u64 = 3;
/// Where the tenth receiver is when it answers: what arrives there is not counted, as where it hangs.
const TENTH: &str = "/tenth";
/// The call that records an attempt, of those that `deliver` makes.
const RECORD: &str = "DynamoDB_20120810.PutItem";

/// When deliveries arrived and when they were recorded, in milliseconds.
#[derive(Debug, Default)]
struct Times {
    arrived: Vec<f64>,
    recorded: Vec<f64>,
}

/// What runs.
struct Setting {
    rig: Rig,
    receiver: Receiver,
    relay: Relay,
}

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let note = "batches for ten receivers; those that answer, counted from the batch's start";
    let mut section = Section::new("isolation", note);
    let without = Setting::new(bench, TENTH).await?.run(bench.count(100, 2)).await?;
    let with = Setting::new(bench, HANG).await?.run(bench.count(40, 2)).await?;
    for (what, without, with) in
        [("arrived", without.arrived, with.arrived), ("recorded", without.recorded, with.recorded)]
    {
        let all = Figure::of("all ten answer", what, "ms", without).ok_or("nothing was delivered")?;
        let nine = Figure::of("one hangs", what, "ms", with).ok_or("nothing was delivered")?;
        let slowed = "slowed by the one that hangs";
        section.add_once(slowed, what, "ms", nine.median - all.median);
        section.add_once(slowed, &format!("{what}, p99"), "ms", nine.p99 - all.p99);
        for figure in [all, nine] {
            section.add_once(&figure.subject, &format!("{what}, p99"), "ms", figure.p99);
            section.figures.push(figure);
        }
    }
    Ok(section)
}

impl Setting {
    /// With the tenth receiver at this path.
    async fn new(bench: &Bench, tenth: &str) -> Result<Self> {
        let mut rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
        let aws = rig.stage.aws.http_url();
        let relay = Relay::start(aws.trim_start_matches("http://").parse()?, RECORD).await?;
        let settings = vec![("AWS_ENDPOINT_URL", relay.url()), ("ATTEMPT_TIMEOUT_SECONDS", "1".to_owned())];
        rig.deliver = rig.stage.start_so("deliver", &Manner { settings, ..Manner::default() }).await?;
        let receiver = Receiver::http(BATCH).await?;
        for url in receiver.urls(OK).take(BATCH - 1).chain(receiver.urls(tenth).skip(BATCH - 1)) {
            rig.endpoint(&url).await?;
        }
        Ok(Self { rig, receiver, relay })
    }

    async fn run(&self, batches: u64) -> Result<Times> {
        let mut times = Times::default();
        for seed in 0..WARM_UP + batches {
            self.rig.publish_one(seed, SMALL).await?;
            let of_batch = self.deliver(&self.rig.first_attempts()).await?;
            if seed >= WARM_UP {
                times.arrived.extend(of_batch.arrived);
                times.recorded.extend(of_batch.recorded);
            }
        }
        Ok(times)
    }

    async fn deliver(&self, messages: &[Sent]) -> Result<Times> {
        let began = self.rig.deliver(FIRST_ATTEMPTS, messages).await?.began;
        let (arrivals, records) = (self.receiver.take_arrivals(), self.relay.take_passed());
        if (arrivals.len(), records.len()) != (BATCH, BATCH) {
            let (arrived, recorded) = (arrivals.len(), records.len());
            return Err(format!("of {BATCH} deliveries {arrived} arrived and {recorded} were recorded").into());
        }
        let since = |at: Instant| ms(at - began);
        let arrived = arrivals.iter().filter(|arrival| arrival.path == OK).map(|arrival| since(arrival.at)).collect();
        // The one that hangs is recorded last.
        let recorded = records.into_iter().take(BATCH - 1).map(since).collect();
        Ok(Times { arrived, recorded })
    }
}
