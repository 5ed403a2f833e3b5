//! The memory of the function that delivers: with large payloads, and with a thousand different receivers.

use super::Bench;
use crate::Result;
use crate::aws::Sent;
use crate::figure::Section;
use crate::function::Function;
use crate::payload::{LARGE, SMALL};
use crate::receiver::{OK, Receiver};
use crate::rig::{BATCH, Rig};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::Manner;
use crate::tenant::Tenant;

/// The most endpoints of one tenant.
const ENDPOINTS_PER_TENANT: usize = 500;
/// How many hosts there are.
const HOSTS: usize = 1000;
/// How many files the bench itself has open, at most, besides two for each host.
const OWN_FILES: usize = 100;

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new("memory", "resident memory of deliver; peak is its VmHWM");
    large_payloads(bench, &mut section).await?;
    many_hosts(bench, &mut section).await?;
    Ok(section)
}

async fn large_payloads(bench: &Bench, section: &mut Section) -> Result<()> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(1).await?;
    rig.endpoint(&receiver.url(OK)?).await?;
    let batches = bench.count(100, 3);
    let messages = rig.messages(0..batches * BATCH as u64, LARGE).await?;
    rig.deliver_all(FIRST_ATTEMPTS, &messages).await?;
    arrived(&receiver, messages.len())?;
    report(section, "64 KB payloads, batch of 10", &rig.deliver)
}

async fn many_hosts(bench: &Bench, section: &mut Section) -> Result<()> {
    let hosts = bench.count(HOSTS, 40).min(open_files_allowed()?.saturating_sub(OWN_FILES) / 2);
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(hosts).await?;
    let urls: Vec<_> = receiver.urls(OK).collect();
    let mut tenants = Vec::new();
    for (number, urls) in urls.chunks(ENDPOINTS_PER_TENANT).enumerate() {
        let tenant = Tenant::seed(&rig.stage.aws, &format!("tenant-{number}"))?;
        for url in urls {
            tenant.create_endpoint(&rig.create, url, &["*"]).await?;
        }
        tenants.push(tenant);
    }
    let mut peaks = Vec::new();
    for round in 0..bench.count(5, 2) {
        let messages = one_for_each(&rig, &tenants, round).await?;
        rig.deliver_all(FIRST_ATTEMPTS, &messages).await?;
        arrived(&receiver, hosts)?;
        peaks.push(rig.deliver.memory()?.now as f64 / 1e6);
    }
    let subject = format!("{hosts} hosts");
    section.add(&subject, "after each round", "MB", peaks);
    report(section, &subject, &rig.deliver)
}

/// One event for all endpoints of each tenant.
async fn one_for_each(rig: &Rig, tenants: &[Tenant], round: u64) -> Result<Vec<Sent>> {
    for tenant in tenants {
        let answer = rig.publish.invoke(tenant.event(&crate::rig::publishing(round, SMALL))).await?;
        crate::fixtures::answered(&answer, &[202])?;
    }
    Ok(rig.first_attempts())
}

fn arrived(receiver: &Receiver, expected: usize) -> Result<()> {
    let arrived = receiver.take_arrivals().len();
    if arrived == expected { Ok(()) } else { Err(format!("{arrived} of {expected} deliveries arrived").into()) }
}

fn report(section: &mut Section, subject: &str, deliver: &Function) -> Result<()> {
    let memory = deliver.memory()?;
    section.add_once(subject, "peak", "MB", memory.peak as f64 / 1e6);
    section.add_once(subject, "in the end", "MB", memory.now as f64 / 1e6);
    section.add_once(subject, "open files and connections", "", deliver.open_files()? as f64);
    Ok(())
}

/// How many files a process may have open here.
fn open_files_allowed() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    Ok(line.split_whitespace().next().unwrap_or_default().parse().unwrap_or(usize::MAX))
}
