//! Instructions of a publish and of a delivery, counted by callgrind: they do not depend on the machine's mood.
//!
//! Each function runs twice, for few invocations and for many. What the longer run has more belongs to the invocations that
//! it has more; start and warming up are in both.

use super::Bench;
use crate::Result;
use crate::figure::Section;
use crate::fixtures;
use crate::function::is_installed;
use crate::payload::SMALL;
use crate::receiver::{OK, Receiver};
use crate::rig::{BATCH, Rig, publishing};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::{Manner, Stage};

/// The two lengths of a run, in invocations.
const FEW: usize = 20;
const MANY: usize = 120;

/// Takes the measurement, where it can be taken.
pub async fn measure(bench: &Bench, section: &mut Section) -> Result<()> {
    if bench.smoke {
        section.note("instructions: not measured in smoke mode");
        return Ok(());
    }
    if !is_installed("valgrind") {
        section.note("instructions: not measured: valgrind is not installed");
        return Ok(());
    }
    let each = (publishing_run(bench, MANY).await? - publishing_run(bench, FEW).await?) / (MANY - FEW) as f64;
    section.add_once("publish, single", "instructions each", "", each);
    for (subject, https) in [("delivery, HTTP", false), ("delivery, HTTPS", true)] {
        let more = delivering_run(bench, MANY, https).await? - delivering_run(bench, FEW, https).await?;
        section.add_once(subject, "instructions each", "", more / ((MANY - FEW) * BATCH) as f64);
    }
    Ok(())
}

fn counted() -> Manner {
    Manner { counted: true, ..Manner::default() }
}

/// The instructions of a process that publishes so many events.
async fn publishing_run(bench: &Bench, count: usize) -> Result<f64> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(1).await?;
    rig.endpoint(&receiver.url(OK)?).await?;
    let publish = rig.stage.start_so("publish-event", &counted()).await?;
    for seed in 0..count as u64 {
        let answer = publish.invoke(rig.tenant.event(&publishing(seed, SMALL))).await?;
        fixtures::answered(&answer, &[202])?;
    }
    publish.let_end().await?;
    instructions(&rig.stage)
}

/// The instructions of a process that delivers so many batches.
async fn delivering_run(bench: &Bench, batches: usize, https: bool) -> Result<f64> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = if https { Receiver::https(&rig.stage.ca).await? } else { Receiver::http(1).await? };
    rig.endpoint(&receiver.url(OK)?).await?;
    let deliver = rig.stage.start_so("deliver", &counted()).await?;
    let messages = rig.messages(0..(batches * BATCH) as u64, SMALL).await?;
    for batch in messages.chunks(BATCH) {
        fixtures::all_done(&deliver.invoke(fixtures::batch(FIRST_ATTEMPTS, batch)).await?)?;
    }
    deliver.let_end().await?;
    instructions(&rig.stage)
}

/// What callgrind has counted on this stage.
fn instructions(stage: &Stage) -> Result<f64> {
    let counts = std::fs::read_to_string(stage.counts())?;
    let line = counts.lines().rev().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    Ok(line.ok_or("callgrind has counted nothing")?.trim().parse()?)
}
