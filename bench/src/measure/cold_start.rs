//! Cold starts: from the start of a process until it asks for its first event, and what the first invocations take then.
//!
//! Processes are started in rounds, each function once a round and the bare function among them, so that what the machine does
//! meanwhile hits all alike; ratios are of medians of one run.

use std::collections::BTreeMap;

use super::Bench;
use crate::Result;
use crate::binaries::BARE;
use crate::figure::{Section, median, ms};
use crate::receiver::{OK, Receiver};
use crate::rig::{PUBLISH_EVENTS, Rig};
use crate::scene::{FUNCTIONS, Scene};
use crate::stage::Manner;

/// Those whose first invocation is taken with AWS over HTTPS too.
const OVER_HTTPS: [&str; 3] = ["publish-event", PUBLISH_EVENTS, "deliver"];

/// What was measured of a function, process by process.
#[derive(Debug, Default)]
struct Starts {
    start: Vec<f64>,
    cpu: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    connections: Vec<f64>,
}

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let note =
        "process start to the first /next, in rounds with the bare function; the first and the second invocation";
    let mut section = Section::new("cold-start", note);
    let built: Vec<_> = FUNCTIONS
        .iter()
        .copied()
        .filter(|function| *function != PUBLISH_EVENTS || bench.binaries.has(function))
        .collect();
    let over_http = round_robin(bench, &built, false).await?;
    let over_https =
        round_robin(bench, &built.into_iter().filter(|name| OVER_HTTPS.contains(name)).collect::<Vec<_>>(), true)
            .await?;
    let bare = over_http.get(BARE).map(|starts| median(starts.start.clone())).unwrap_or(f64::NAN);
    for (name, starts) in over_http {
        report(&mut section, name, starts, bare);
        section.add_once(name, "binary", "MB", bench.binaries.size(name)? as f64 / 1e6);
    }
    let bare = over_https.get(BARE).map(|starts| median(starts.start.clone())).unwrap_or(f64::NAN);
    for (name, starts) in over_https {
        report(&mut section, &format!("{name}, HTTPS"), starts, bare);
    }
    section.note("HTTPS: AWS and, for deliver, the receiver are reached over TLS with a local authority");
    section.note("connections: those to AWS that were open before the first invocation");
    Ok(section)
}

async fn round_robin<'a>(bench: &Bench, functions: &[&'a str], https: bool) -> Result<BTreeMap<&'a str, Starts>> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = if https { Receiver::https(&rig.stage.ca).await? } else { Receiver::http(1).await? };
    let scene = Scene::set_up(rig, receiver.url(OK)?).await?;
    let manner = Manner { https, ..Manner::default() };
    let mut all: BTreeMap<&str, Starts> = BTreeMap::new();
    for _ in 0..bench.count(40, 3) {
        for function in functions.iter().copied().chain([BARE]) {
            start(&scene, function, &manner, all.entry(function).or_default()).await?;
        }
    }
    Ok(all)
}

async fn start(scene: &Scene, function: &str, manner: &Manner, starts: &mut Starts) -> Result<()> {
    let aws = &scene.rig().stage.aws;
    let before = aws.connections();
    let process = scene.rig().stage.start_so(function, manner).await?;
    starts.start.push(ms(process.started_in()));
    starts.cpu.push(ms(process.cpu_time()?));
    starts.connections.push((aws.connections() - before) as f64);
    starts.first.push(scene.try_out(&process).await?);
    starts.second.push(scene.try_out(&process).await?);
    process.stop().await
}

fn report(section: &mut Section, subject: &str, starts: Starts, bare: f64) {
    let Starts { start, cpu, first, second, connections } = starts;
    section.add_once(subject, "x bare", "", median(start.clone()) / bare);
    section.add(subject, "start", "ms", start);
    section.add(subject, "start CPU", "ms", cpu);
    section.add(subject, "first", "ms", first);
    section.add(subject, "second", "ms", second);
    section.add(subject, "connections", "", connections);
}
