//! Whether it gets dearer with what there is already: publishing with the tenant's endpoints, lists with the history.

use std::hint::black_box;
use std::time::Instant;

use rail::domain::endpoint::Subscription;
use rail::domain::pattern::{EventType, Pattern};

use super::Bench;
use crate::Result;
use crate::figure::{Section, ms};
use crate::fixtures::{self, Call};
use crate::function::Function;
use crate::history;
use crate::payload::{EVENT_TYPE, SMALL};
use crate::receiver::{OK, Receiver};
use crate::rig::{Rig, publishing};
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::Manner;

/// How often a call is made.
const REPEATED: u32 = 200;
/// Invocations to warm up with.
const WARM_UP: u64 = 10;
/// Events in a page of a list.
const PAGE: &str = "20";
/// Endpoints and patterns each that one event is held against.
const ENDPOINTS: usize = 500;
const PATTERNS: usize = 10;

/// Takes the measurement.
pub async fn measure(bench: &Bench) -> Result<Section> {
    let note =
        "for one invocation: calls of AWS, DynamoDB's units, CPU time; one of the endpoints matches, pages of 20";
    let mut section = Section::new("growth", note);
    for endpoints in [1, 10, 100] {
        publishing_with(bench, endpoints, &mut section).await?;
    }
    for stored in [10, 1_000, bench.count(100_000, 2_000)] {
        lists_with(bench, stored, &mut section).await?;
    }
    matching(bench, &mut section)?;
    Ok(section)
}

async fn publishing_with(bench: &Bench, endpoints: usize, section: &mut Section) -> Result<()> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let url = Receiver::http(1).await?.url(OK)?;
    rig.tenant.create_endpoint(&rig.create, &url, &["contract.*"]).await?;
    for number in 1..endpoints {
        let other = format!("invoice.kind-{number}");
        rig.tenant.create_endpoint(&rig.create, &url, &["kyc.*", &other]).await?;
    }
    let (subject, call) = (format!("publish, {endpoints} endpoints"), publishing(0, SMALL));
    let repeated = Repeated { subject, rig: &rig, function: &rig.publish, call: &call, status: 202 };
    repeated.measure(bench.count(REPEATED, 5), section).await
}

async fn lists_with(bench: &Bench, stored: u64, section: &mut Section) -> Result<()> {
    let rig = Rig::set_up(&bench.binaries, &Manner::default()).await?;
    let receiver = Receiver::http(1).await?;
    let endpoint = rig.endpoint(&receiver.url(OK)?).await?;
    rig.publish_one(0, SMALL).await?;
    rig.deliver_all(FIRST_ATTEMPTS, &rig.first_attempts()).await?;
    history::make(&rig.stage.aws, rig.tenant.name(), &endpoint, stored)?;
    let list = rig.stage.start("list-events").await?;
    let of_tenant = Call::new("GET", "/events").asking("limit", PAGE);
    let of_endpoint = of_tenant.clone().asking("endpointId", &endpoint);
    for (whose, call) in [("a tenant", &of_tenant), ("an endpoint", &of_endpoint)] {
        let subject = format!("list of {whose}, {stored} stored");
        let repeated = Repeated { subject, rig: &rig, function: &list, call, status: 200 };
        repeated.measure(bench.count(REPEATED, 5), section).await?;
    }
    Ok(())
}

/// A call that is made again and again.
struct Repeated<'a> {
    subject: String,
    rig: &'a Rig,
    function: &'a Function,
    call: &'a Call,
    status: u64,
}

impl Repeated<'_> {
    /// Makes it so often, and reports what one takes.
    async fn measure(&self, count: u32, section: &mut Section) -> Result<()> {
        let event = self.rig.tenant.event(self.call);
        let once = async || -> Result<f64> {
            let before = self.function.cpu_time()?;
            fixtures::answered(&self.function.invoke(event.clone()).await?, &[self.status])?;
            Ok(ms(self.function.cpu_time()? - before))
        };
        for _ in 0..WARM_UP {
            once().await?;
        }
        self.rig.stage.aws.reset_tally();
        let mut cpu = Vec::new();
        for _ in 0..count {
            cpu.push(once().await?);
        }
        let tally = self.rig.stage.aws.tally();
        let each = |sum: f64| sum / f64::from(count);
        section.add_once(&self.subject, "calls", "", each(tally.calls() as f64));
        section.add_once(&self.subject, "write units", "", each(tally.write_units()));
        section.add_once(&self.subject, "read units", "", each(tally.read_units()));
        section.add(&self.subject, "CPU", "ms", cpu);
        Ok(())
    }
}

/// One event against the subscriptions of many endpoints.
fn matching(bench: &Bench, section: &mut Section) -> Result<()> {
    let event_type: EventType = EVENT_TYPE.parse()?;
    let subscriptions = (0..ENDPOINTS).map(subscription).collect::<Result<Vec<_>>>()?;
    let mut measured = Vec::new();
    for _ in 0..bench.count(1000, 10) {
        let begun = Instant::now();
        let matches = black_box(&subscriptions).iter().filter(|own| own.matches(black_box(&event_type))).count();
        measured.push(begun.elapsed().as_secs_f64() * 1e6);
        black_box(matches);
    }
    section.add(&format!("{ENDPOINTS} endpoints, {PATTERNS} patterns each"), "matching", "µs", measured);
    Ok(())
}

/// Patterns that do not match, but for one endpoint in ten, the last of whose patterns does.
fn subscription(number: usize) -> Result<Subscription> {
    let near = |place: usize| match place {
        _ if place + 1 == PATTERNS && number.is_multiple_of(10) => "contract.*".to_owned(),
        _ if place.is_multiple_of(2) => format!("contract.amended-{number}-{place}"),
        _ => format!("account-{number}-{place}.*"),
    };
    let patterns = (0..PATTERNS).map(|place| Ok(near(place).parse::<Pattern>()?)).collect::<Result<Vec<_>>>()?;
    Ok(Subscription::try_from(patterns)?)
}
