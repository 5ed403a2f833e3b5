//! From the call that publishes an event to the request at the receiver, and what of it is the rail's own.
//!
//! Services answer after 5 ms (DynamoDB) and 10 ms (SQS). The bench hands the message from the queue to `deliver` the moment
//! the publishing function has its answer from the queue. The own share is what is left without the services' latencies that lie one after
//! another. How many those are is measured, not assumed: with DynamoDB alone slow the median grows by so many of its
//! latencies, with SQS slow too by so many of that. The service's latency is taken as this machine's timers make it, which is
//! a little longer than what was asked for.

use std::time::{Duration, Instant};

use super::Bench;
use crate::Result;
use crate::aws::Latency;
use crate::figure::{Section, median, ms};
use crate::payload::{Dice, SMALL};
use crate::receiver::{OK, Receiver};
use crate::rig::{Rig, publishing};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::Manner;

/// How long DynamoDB takes to answer.
const DYNAMODB: Duration = Duration::from_millis(5);
/// How long SQS takes.
const SQS: Duration = Duration::from_millis(10);
/// Deliveries to warm up with.
const WARM_UP: u64 = 20;

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let note = "publish to the request at the receiver, one event at a time, warm; DynamoDB 5 ms, SQS 10 ms";
    let mut section = Section::new("latency", note);
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(1).await?;
    rig.endpoint(&receiver.url(OK)?).await?;
    let count = bench.count(300, 5);
    run(&rig, &receiver, WARM_UP).await?;

    let quick = run(&rig, &receiver, count).await?;
    rig.stage.aws.set_latency(Latency { dynamodb: DYNAMODB, ..Latency::default() });
    let slow_table = run(&rig, &receiver, count).await?;
    rig.stage.aws.set_latency(Latency { dynamodb: DYNAMODB, sqs: SQS, ..Latency::default() });
    let slow = run(&rig, &receiver, count).await?;

    let (table, queue) = (as_timed(DYNAMODB, count).await, as_timed(SQS, count).await);
    let reads_and_writes = in_a_row(&quick, &slow_table, table);
    let sends = in_a_row(&slow_table, &slow, queue);
    let waited = reads_and_writes * table + sends * queue;
    section.add("no latency", "total", "ms", quick.clone());
    section.add("no latency", "own share", "ms", quick);
    section.add("5 ms, 10 ms", "total", "ms", slow.clone());
    section.add("5 ms, 10 ms", "own share", "ms", slow.iter().map(|total| total - waited).collect());
    section.add_once("5 ms, 10 ms", "DynamoDB calls in a row", "", reads_and_writes);
    section.add_once("5 ms, 10 ms", "SQS calls in a row", "", sends);
    for figure in section.figures.clone().iter().filter(|figure| figure.n > 1) {
        section.add_once(&figure.subject, &format!("{}, p99", figure.name), "ms", figure.p99);
    }
    section.note(format!("a latency of 5 ms is one of {table:.2} ms here, one of 10 ms is {queue:.2} ms"));
    Ok(section)
}

/// Publishes and delivers so many events, one at a time: how long each took to arrive, in milliseconds.
async fn run(rig: &Rig, receiver: &Receiver, count: u64) -> Result<Vec<f64>> {
    let mut measured = Vec::new();
    for seed in 0..count {
        let event = rig.tenant.event(&publishing(seed, SMALL));
        receiver.take_arrivals();
        let begun = Instant::now();
        let delivering = async {
            rig.stage.aws.messages_arrived(FIRST_ATTEMPTS, 1).await?;
            rig.deliver(FIRST_ATTEMPTS, &rig.first_attempts()).await
        };
        let (published, _) = futures::future::try_join(rig.publish.invoke(event), delivering).await?;
        crate::fixtures::answered(&published, &[202])?;
        let arrival = receiver.take_arrivals().pop().ok_or("the delivery did not arrive")?;
        measured.push(ms(arrival.at - begun));
    }
    Ok(measured)
}

/// How many calls of this latency lie one after another, by what they add.
fn in_a_row(without: &[f64], with: &[f64], latency: f64) -> f64 {
    ((median(with.to_vec()) - median(without.to_vec())) / latency).round()
}

/// What a latency really is, in milliseconds: the timer's step, and what the task waits for its turn. It begins at moments that
/// have nothing to do with the timer's steps, as the functions' calls do.
async fn as_timed(latency: Duration, count: u64) -> f64 {
    let (mut dice, mut measured) = (Dice::new(count), Vec::new());
    for _ in 0..count {
        let (pause, asked) = (Duration::from_micros(dice.below(1000)), Instant::now());
        while asked.elapsed() < pause {
            std::hint::spin_loop();
        }
        let begun = Instant::now();
        tokio::time::sleep(latency).await;
        measured.push(ms(begun.elapsed()));
    }
    median(measured)
}
