//! What publishing and delivering ask of AWS, to the call and to the unit: a change that makes an event dearer or cheaper shows
//! here, by name.
//!
//! The functions' own binaries run, those of the profile that this is compiled with. Their processes are warm: what a
//! function remembers for a minute is remembered. What is counted is said by the fake AWS, never by a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bench::aws::CallTally;
use bench::binaries::Binaries;
use bench::payload::SMALL;
use bench::receiver::{FAIL_ONE_IN_20, OK, Receiver};
use bench::rig::{BATCH, EVENTS_PER_REQUEST, PUBLISH_EVENTS, Rig, publishing};
use bench::settings::{FIRST_ATTEMPTS, RETRIES};
use bench::stage::Manner;
use bench::{Result, fixtures};

/// The bytes of a payload whose event is far from a second kilobyte, however well it compresses.
const FEW: usize = 600;
/// Events to warm up with: the next one is the first of another twenty, and fails where one in twenty does.
const WARM_UP: u64 = 20;
const FUNCTIONS: [&str; 4] = ["create-endpoint", "publish-event", PUBLISH_EVENTS, "deliver"];

/// The look at the edition of the tenant's endpoints.
const EDITION: (&str, CallTally) = ("GetItem Endpoints", reads(1, 1.0));
const TO_FIRST_ATTEMPTS: &str = "SendMessageBatch first-attempts";

#[tokio::test]
async fn to_publish_an_event_takes_a_look_at_the_edition_a_write_and_a_message() -> Result<()> {
    let rail = Rail::with_endpoints(1, "*").await?;
    let asked = rail.counted(rail.rig.publish_one(1, FEW)).await?;
    assert_asked(&asked, [EDITION, ("PutItem Deliveries", writes(1, 1.0)), (TO_FIRST_ATTEMPTS, requests(1, 1))]);
    Ok(())
}

#[tokio::test]
async fn to_publish_an_event_for_five_endpoints_takes_no_more_than_for_one() -> Result<()> {
    let rail = Rail::with_endpoints(5, "*").await?;
    let asked = rail.counted(rail.rig.publish_one(1, FEW)).await?;
    assert_asked(&asked, [EDITION, ("PutItem Deliveries", writes(1, 1.0)), (TO_FIRST_ATTEMPTS, requests(1, 1))]);
    Ok(())
}

#[tokio::test]
async fn to_publish_an_event_for_nobody_takes_no_message() -> Result<()> {
    let rail = Rail::with_endpoints(1, "invoice.*").await?;
    let asked = rail.counted(rail.rig.publish_one(1, FEW)).await?;
    assert_asked(&asked, [EDITION, ("PutItem Deliveries", writes(1, 1.0))]);
    Ok(())
}

#[tokio::test]
async fn an_idempotency_key_takes_a_write_more() -> Result<()> {
    let rail = Rail::with_endpoints(1, "*").await?;
    let call = publishing(1, FEW).headed("idempotency-key", "contract-1");
    let publish = async {
        let answer = rail.rig.publish.invoke(rail.rig.tenant.event(&call)).await?;
        fixtures::answered(&answer, &[202])
    };
    let asked = rail.counted(publish).await?;
    assert_asked(&asked, [EDITION, ("PutItem Deliveries", writes(2, 2.0)), (TO_FIRST_ATTEMPTS, requests(1, 1))]);
    Ok(())
}

#[tokio::test]
async fn to_publish_a_hundred_events_together_takes_a_write_each_and_a_request_of_the_queue_for_ten() -> Result<()> {
    let rail = Rail::with_endpoints(1, "*").await?;
    let asked = rail.counted(rail.rig.publish_together(0..EVENTS_PER_REQUEST as u64, FEW)).await?;
    assert_asked(&asked, [EDITION, ("PutItem Deliveries", writes(100, 100.0)), (TO_FIRST_ATTEMPTS, requests(10, 10))]);
    Ok(())
}

#[tokio::test]
async fn events_of_the_usual_payload_take_one_write_unit_each() -> Result<()> {
    let rail = Rail::with_endpoints(1, "*").await?;
    let asked = rail.counted(rail.rig.messages(0..20, SMALL)).await?;
    let editions = ("GetItem Endpoints", reads(20, 20.0));
    let events = ("PutItem Deliveries", writes(20, 20.0));
    assert_asked(&asked, [editions, events, (TO_FIRST_ATTEMPTS, requests(20, 20))]);
    Ok(())
}

#[tokio::test]
async fn to_deliver_ten_events_to_one_endpoint_takes_one_look_and_a_write_each() -> Result<()> {
    let rail = Rail::with_endpoints(1, "*").await?;
    let messages = rail.rig.messages(0..BATCH as u64, FEW).await?;
    let asked = rail.counted(rail.rig.deliver(FIRST_ATTEMPTS, &messages)).await?;
    assert_eq!(rail.receiver.take_arrivals().len(), BATCH);
    assert_asked(&asked, [("BatchGetItem Endpoints", reads(1, 1.0)), ("PutItem Deliveries", writes(10, 10.0))]);
    Ok(())
}

#[tokio::test]
async fn to_deliver_an_event_to_ten_endpoints_takes_one_look_and_a_write_each() -> Result<()> {
    let rail = Rail::with_endpoints(BATCH, "*").await?;
    let messages = rail.rig.messages(0..1, FEW).await?;
    let asked = rail.counted(rail.rig.deliver(FIRST_ATTEMPTS, &messages)).await?;
    assert_eq!(rail.receiver.take_arrivals().len(), BATCH);
    assert_asked(&asked, [("BatchGetItem Endpoints", reads(1, 10.0)), ("PutItem Deliveries", writes(10, 10.0))]);
    Ok(())
}

#[tokio::test]
async fn a_first_attempt_that_fails_takes_a_write_in_table_and_index_and_a_schedule() -> Result<()> {
    let rail = Rail::at(FAIL_ONE_IN_20, 1, "*").await?;
    let messages = rail.rig.messages(0..1, FEW).await?;
    let asked = rail.counted(rail.rig.deliver(FIRST_ATTEMPTS, &messages)).await?;
    let look = ("BatchGetItem Endpoints", reads(1, 1.0));
    let record = ("PutItem Deliveries", writes(1, 2.0));
    assert_asked(&asked, [look, record, ("CreateSchedule", calls(1))]);
    Ok(())
}

#[tokio::test]
async fn the_retry_that_succeeds_takes_three_looks_and_a_write_in_table_and_index() -> Result<()> {
    let rail = Rail::at(FAIL_ONE_IN_20, 1, "*").await?;
    rail.rig.deliver(FIRST_ATTEMPTS, &rail.rig.messages(0..1, FEW).await?).await?;
    let retries = rail.rig.due_retries();
    assert_eq!(retries.len(), 1);
    let asked = rail.counted(rail.rig.deliver(RETRIES, &retries)).await?;
    let of_delivery = ("BatchGetItem Deliveries", reads(1, 1.0));
    let of_event = ("GetItem Deliveries", reads(1, 1.0));
    let record = ("UpdateItem Deliveries", writes(1, 2.0));
    assert_asked(&asked, [("BatchGetItem Endpoints", reads(1, 1.0)), of_delivery, of_event, record]);
    Ok(())
}

const NOTHING: CallTally =
    CallTally { calls: 0, request_bytes: 0, response_bytes: 0, write_units: 0.0, read_units: 0.0, billed_requests: 0 };

const fn calls(calls: u64) -> CallTally {
    CallTally { calls, ..NOTHING }
}

const fn reads(calls: u64, read_units: f64) -> CallTally {
    CallTally { calls, read_units, ..NOTHING }
}

const fn writes(calls: u64, write_units: f64) -> CallTally {
    CallTally { calls, write_units, ..NOTHING }
}

const fn requests(calls: u64, billed_requests: u64) -> CallTally {
    CallTally { calls, billed_requests, ..NOTHING }
}

/// Warm functions, and the receiver that all endpoints are at.
struct Rail {
    rig: Rig,
    receiver: Receiver,
}

impl Rail {
    /// With so many endpoints that take everything, and subscribe to this pattern.
    async fn with_endpoints(count: usize, pattern: &str) -> Result<Self> {
        Self::at(OK, count, pattern).await
    }

    /// With endpoints at this path of the receiver.
    async fn at(path: &str, count: usize, pattern: &str) -> Result<Self> {
        let rig = Rig::set_up(&binaries()?, &Manner::default()).await?;
        let receiver = Receiver::http(1).await?;
        for _ in 0..count {
            rig.tenant.create_endpoint(&rig.create, &receiver.url(path)?, &[pattern]).await?;
        }
        let messages = rig.messages(0..WARM_UP, FEW).await?;
        rig.publish_together(0..1, FEW).await?;
        rig.first_attempts();
        rig.deliver_all(FIRST_ATTEMPTS, &messages).await?;
        rig.deliver_all(RETRIES, &rig.due_retries()).await?;
        receiver.take_arrivals();
        Ok(Self { rig, receiver })
    }

    /// What is asked of AWS while this is done. How many bytes that takes depends on ids and times.
    async fn counted<T>(&self, doing: impl Future<Output = Result<T>>) -> Result<Asked> {
        self.rig.stage.aws.reset_tally();
        doing.await?;
        let tally = self.rig.stage.aws.tally();
        let without_bytes = |tally| CallTally { request_bytes: 0, response_bytes: 0, ..tally };
        Ok(tally.into_iter().map(|(call, tally)| (call, without_bytes(tally))).collect())
    }
}

/// The binaries beside which this program was compiled: it is in `deps` of their folder.
fn binaries() -> Result<Binaries> {
    let program = std::env::current_exe()?;
    let folder = program.parent().and_then(Path::parent).ok_or("this program is in no target folder")?;
    let binaries = Binaries::in_folder(folder.to_owned());
    match FUNCTIONS.iter().find(|function| !binaries.has(function)) {
        Some(missing) => {
            Err(format!("there is no {missing} in {}: run `make unit`, which builds it", folder.display()).into())
        }
        None => Ok(binaries),
    }
}

/// What was asked, by the calls' names.
type Asked = BTreeMap<String, CallTally>;

#[track_caller]
fn assert_asked<const N: usize>(asked: &Asked, expected: [(&str, CallTally); N]) {
    let expected: Asked = expected.into_iter().map(|(call, tally)| (call.to_owned(), tally)).collect();
    let names: BTreeSet<_> = expected.keys().chain(asked.keys()).collect();
    let differing = names.into_iter().filter(|name| expected.get(*name) != asked.get(*name));
    let line = |name: &String| {
        format!("{name}\n  expected: {}\n  counted:  {}", told(expected.get(name)), told(asked.get(name)))
    };
    let differences: Vec<_> = differing.map(line).collect();
    assert!(differences.is_empty(), "other calls than expected\n{}\n", differences.join("\n"));
}

fn told(tally: Option<&CallTally>) -> String {
    let Some(CallTally { calls, write_units, read_units, billed_requests, .. }) = tally else {
        return "none".to_owned();
    };
    format!("{calls} calls, {write_units} write units, {read_units} read units, {billed_requests} billed by SQS")
}
