//! CPU time, user and system, of a published event and of a delivery, in processes that are warm.

use std::ops::Range;

use super::{Bench, callgrind};
use crate::Result;
use crate::aws::Sent;
use crate::figure::{Section, ms};
use crate::fixtures;
use crate::payload::SMALL;
use crate::receiver::{OK, Receiver};
use crate::rig::{BATCH, EVENTS_PER_REQUEST, Rig, publishing, publishing_together};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::Manner;

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let mut section =
        Section::new("cpu", "CPU time of warm processes; 2 KB payloads, one endpoint, fake AWS over HTTP");
    publishes(bench, &mut section).await?;
    deliveries(
        bench,
        "delivery, HTTP",
        Receiver::http(1).await?,
        Rig::set_up(&bench.binaries, &Manner::default()).await?,
        &mut section,
    )
    .await?;
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::https(&rig.stage.ca).await?;
    deliveries(bench, "delivery, HTTPS", receiver, rig, &mut section).await?;
    callgrind::measure(bench, &mut section).await?;
    Ok(section)
}

async fn publishes(bench: &Bench, section: &mut Section) -> Result<()> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(1).await?;
    rig.endpoint(&receiver.url(OK)?).await?;
    let (rounds, each) = (bench.count(7, 2), bench.count(1000, 20));
    let mut single = Vec::new();
    for round in numbered(rounds, each) {
        // Made before: the bench's own work is none of the function's.
        let events: Vec<_> = round.map(|seed| rig.tenant.event(&publishing(seed, SMALL))).collect();
        let count = events.len();
        let before = rig.publish.cpu_time()?;
        for event in events {
            fixtures::answered(&rig.publish.invoke(event).await?, &[202])?;
        }
        single.push(ms(rig.publish.cpu_time()? - before) / count as f64);
    }
    report(section, "publish, single", single);
    let Some(function) = &rig.publish_many else {
        section.note("batched publishing: not measured, publish-events has not been built");
        return Ok(());
    };
    let mut batched = Vec::new();
    for round in numbered(rounds, bench.count(20, 2)) {
        let first = |request: u64| request * EVENTS_PER_REQUEST as u64;
        let calls = round.map(|request| publishing_together(first(request)..first(request + 1), SMALL));
        let events: Vec<_> = calls.map(|call| rig.tenant.event(&call)).collect();
        let count = events.len() * EVENTS_PER_REQUEST;
        let before = function.cpu_time()?;
        for event in events {
            fixtures::answered(&function.invoke(event).await?, &[202])?;
        }
        batched.push(ms(function.cpu_time()? - before) / count as f64);
    }
    report(section, "publish, batch of 100", batched);
    Ok(())
}

async fn deliveries(bench: &Bench, subject: &str, receiver: Receiver, rig: Rig, section: &mut Section) -> Result<()> {
    rig.endpoint(&receiver.url(OK)?).await?;
    let (rounds, batches) = (bench.count(7, 2), bench.count(100, 2));
    let mut measured = Vec::new();
    for round in numbered(rounds, batches * BATCH as u64) {
        let messages = rig.messages(round, SMALL).await?;
        let events: Vec<_> =
            messages.chunks(BATCH).map(|batch: &[Sent]| fixtures::batch(FIRST_ATTEMPTS, batch)).collect();
        let before = rig.deliver.cpu_time()?;
        for event in events {
            fixtures::all_done(&rig.deliver.invoke(event).await?)?;
        }
        measured.push(ms(rig.deliver.cpu_time()? - before) / messages.len() as f64);
        let arrived = receiver.take_arrivals().len();
        if arrived != messages.len() {
            return Err(format!("{arrived} of {} deliveries arrived", messages.len()).into());
        }
    }
    report(section, subject, measured);
    Ok(())
}

/// So many rounds of so many numbers each, and one before them to warm up.
fn numbered(rounds: u64, each: u64) -> impl Iterator<Item = Range<u64>> {
    (0..=rounds).map(move |round| round * each..(round + 1) * each)
}

/// The first of the measurements was for warming up.
fn report(section: &mut Section, subject: &str, mut measured: Vec<f64>) {
    measured.drain(..1.min(measured.len()));
    section.add(subject, "CPU each", "ms", measured.clone());
    section.add(subject, "in a CPU-second", "1/s", measured.into_iter().map(|ms| 1000.0 / ms).collect());
}
