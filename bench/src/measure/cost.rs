//! What a million events cost, from the calls that were counted.
//!
//! Processes are warm: what a function remembers for a minute is remembered. Queues hand out full batches of ten, as they do
//! under load. Lambda's time is the measured time of each invocation, rounded up to a millisecond as it is billed, while
//! DynamoDB takes 5 ms, SQS 10 ms and receivers 100 ms to answer.

use std::time::Duration;

use super::Bench;
use crate::Result;
use crate::aws::{Latency, Sent};
use crate::figure::Section;
use crate::payload::{LARGE, SMALL};
use crate::prices::{self, HTTP_API_CHUNK_BYTES, PLATFORM_LOG_BYTES, SQS_CHUNK_BYTES, Usage};
use crate::receiver::{FAIL, FAIL_ONE_IN_20, OK, Receiver};
use crate::rig::{BATCH, EVENTS_PER_REQUEST, Rig};
use crate::runtime::Answer;
use crate::settings::{DELIVER_MEMORY_MB, FIRST_ATTEMPTS, MEMORY_MB, RETRIES};
use crate::stage::Manner;

/// How long services take to answer.
const LATENCY: Latency = Latency {
    dynamodb: Duration::from_millis(5),
    sqs: Duration::from_millis(10),
    scheduler: Duration::from_millis(10),
    kms: Duration::from_millis(5),
};
/// How long receivers take.
const RECEIVER: Duration = Duration::from_millis(100);
/// Events to warm up with: a multiple of the twenty of which one fails.
const WARM_UP: u64 = 20;
/// The most bytes of events in one request: what the route takes is 3 MB with all that is around them.
const REQUEST_BYTES: usize = 2_800_000;

/// A kind of traffic.
struct Scenario {
    name: &'static str,
    bytes: usize,
    endpoints: usize,
    path: &'static str,
}

const SCENARIOS: [Scenario; 5] = [
    Scenario { name: "2 KB, 1 endpoint", bytes: SMALL, endpoints: 1, path: OK },
    Scenario { name: "2 KB, 5 endpoints", bytes: SMALL, endpoints: 5, path: OK },
    Scenario { name: "64 KB, 1 endpoint", bytes: LARGE, endpoints: 1, path: OK },
    Scenario { name: "5 % failing once", bytes: SMALL, endpoints: 1, path: FAIL_ONE_IN_20 },
    Scenario { name: "all failing five times", bytes: SMALL, endpoints: 1, path: FAIL },
];

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let note = format!("dollars for a million events at the list prices of {}, counted calls, warm", prices::DATE);
    let mut section = Section::new("cost", &note);
    let events = bench.count(200, WARM_UP);
    for scenario in &SCENARIOS {
        for batched in [false, true] {
            let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
            if batched && rig.publish_many.is_none() {
                section.note("batched publishing: not measured, publish-events has not been built");
                continue;
            }
            let usage = scenario.run(&rig, events, batched).await?;
            let subject = format!("{}, {}", scenario.name, if batched { "batched" } else { "single" });
            report(&mut section, &subject, usage.times(1.0 / events as f64));
        }
    }
    section.note("wu, ru, SQS: write units, read units and requests of SQS for each event; GB-s: GB-seconds");
    section.note("not in it: cold starts, empty polls, storage, bytes of TLS, partly filled batches");
    Ok(section)
}

impl Scenario {
    /// What so many events use.
    async fn run(&self, rig: &Rig, events: u64, batched: bool) -> Result<Usage> {
        let receiver = Receiver::http(1).await?;
        for _ in 0..self.endpoints {
            rig.endpoint(&receiver.url(self.path)?).await?;
        }
        self.publish(rig, 0..WARM_UP, batched).await?;
        rig.deliver_all(FIRST_ATTEMPTS, &rig.first_attempts()).await?;
        rig.stage.aws.take_schedules();
        receiver.take_arrivals();

        receiver.set_latency(RECEIVER);
        rig.stage.aws.set_latency(LATENCY);
        rig.stage.aws.reset_tally();
        let logged = rig.log_bytes();
        let mut usage = self.publish(rig, WARM_UP..WARM_UP + events, batched).await?;
        deliver(rig, FIRST_ATTEMPTS, rig.first_attempts(), &mut usage).await?;
        self.retry(rig, &mut usage).await?;

        usage.log_bytes += (rig.log_bytes() - logged) as f64 + usage.invocations * PLATFORM_LOG_BYTES as f64;
        usage.egress_bytes = receiver.take_arrivals().iter().map(|arrival| arrival.bytes as f64).sum();
        let tally = rig.stage.aws.tally();
        usage.write_units = tally.write_units();
        usage.read_units = tally.read_units();
        usage.sqs_requests += tally.sqs_requests() as f64;
        usage.kms_requests = tally.kms_requests() as f64;
        Ok(usage)
    }

    /// Publishes events, one by one or as many together as a request takes.
    async fn publish(&self, rig: &Rig, seeds: std::ops::Range<u64>, batched: bool) -> Result<Usage> {
        let mut usage = Usage::default();
        if !batched {
            for seed in seeds {
                let (answer, _) = rig.publish_one(seed, self.bytes).await?;
                bill(&mut usage, &answer, MEMORY_MB);
                usage.api_requests += chunks(self.bytes as u64, HTTP_API_CHUNK_BYTES);
            }
            return Ok(usage);
        }
        let together = EVENTS_PER_REQUEST.min(REQUEST_BYTES / self.bytes) as u64;
        let mut from = seeds.start;
        while from < seeds.end {
            let to = seeds.end.min(from + together);
            let answer = rig.publish_together(from..to, self.bytes).await?;
            bill(&mut usage, &answer, MEMORY_MB);
            usage.api_requests += chunks((to - from) * self.bytes as u64, HTTP_API_CHUNK_BYTES);
            from = to;
        }
        Ok(usage)
    }

    /// Plays the Scheduler until there is no more to be retried.
    async fn retry(&self, rig: &Rig, usage: &mut Usage) -> Result<()> {
        loop {
            let due = rig.due_retries();
            if due.is_empty() {
                return Ok(());
            }
            usage.schedules += due.len() as f64;
            deliver(rig, RETRIES, due, usage).await?;
        }
    }
}

async fn deliver(rig: &Rig, queue: &str, messages: Vec<Sent>, usage: &mut Usage) -> Result<()> {
    for batch in messages.chunks(BATCH) {
        let answer = rig.deliver(queue, batch).await?;
        bill(usage, &answer, DELIVER_MEMORY_MB);
        let bytes = batch.iter().map(|message| message.body.len() as u64).sum();
        // Received with one request, by its length, and deleted with one.
        usage.sqs_requests += chunks(bytes, SQS_CHUNK_BYTES) + 1.0;
    }
    Ok(())
}

fn bill(usage: &mut Usage, answer: &Answer, memory_mb: u32) {
    usage.invocations += 1.0;
    let billed_ms = (answer.duration.as_secs_f64() * 1000.0).ceil();
    usage.gb_seconds += billed_ms / 1000.0 * f64::from(memory_mb) / 1024.0;
}

fn chunks(bytes: u64, of: u64) -> f64 {
    bytes.div_ceil(of).max(1) as f64
}

fn report(section: &mut Section, subject: &str, each: Usage) {
    let million = each.times(1e6);
    section.add_once(subject, "sum", "$", million.total());
    for (item, dollars) in million.items() {
        section.add_once(subject, item, "$", dollars);
    }
    section.add_once(subject, "wu", "", each.write_units);
    section.add_once(subject, "ru", "", each.read_units);
    section.add_once(subject, "SQS", "", each.sqs_requests);
    section.add_once(subject, "GB-s", "", each.gb_seconds);
    section.add_once(subject, "log bytes", "", each.log_bytes);
    section.add_once(subject, "egress bytes", "", each.egress_bytes);
}
