//! Fake AWS: of DynamoDB, SQS, EventBridge Scheduler and KMS what our functions call, in this process.
//!
//! It is exact where something is counted: calls, bytes, the units that DynamoDB bills, the requests that SQS bills. What no
//! function asks for it does not do; it refuses it, and says so on standard error.
//!
//! It does not check signatures, throttle, fail, or forget: what expires stays, and a consistent read is no other than an
//! eventually consistent one, but for its price.

mod answer;
mod attribute;
mod capacity;
mod condition;
mod dynamodb;
mod expression;
mod kms;
mod query;
mod scheduler;
mod sqs;
mod state;
mod table;
mod tally;
mod update;
mod write;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use self::state::State;
pub use self::tally::{CallTally, Tally};
use crate::Result;
use crate::ca::LocalCa;
use crate::server::Server;

/// How long each service takes to answer; no time, unless it is said.
///
/// What is asked for is done at the end of that time. Timers go by the millisecond: an answer takes up to one more, and a
/// little for its task to get its turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// DynamoDB.
    pub dynamodb: Duration,
    /// SQS.
    pub sqs: Duration,
    /// EventBridge Scheduler.
    pub scheduler: Duration,
    /// KMS.
    pub kms: Duration,
}

/// A message that a queue was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its text.
    pub body: String,
    /// Whose it is.
    pub group: Option<String>,
    /// How long it is to be kept back. Nothing here keeps it back.
    pub delay_seconds: u32,
}

/// A schedule that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name, which is the only one in its group.
    pub name: String,
    /// Its group.
    pub group: String,
    /// When it is due, as `at(yyyy-mm-ddThh:mm:ss)`.
    pub expression: String,
    /// What its target will be given.
    pub input: String,
}

/// The services. Clones are the same services, which end with the last clone.
#[derive(Debug, Clone)]
pub struct FakeAws {
    state: Arc<State>,
    plain: Arc<Server>,
    secure: Arc<Server>,
}

impl FakeAws {
    /// Starts the services, with nothing in them, at two free ports of 127.0.0.1: one for HTTP and one for HTTPS, with a
    /// certificate of this authority.
    ///
    /// # Errors
    /// When there is no free port, or no certificate.
    pub async fn start(ca: &LocalCa) -> Result<Self> {
        let state = Arc::new(State::default());
        let answer = {
            let state = state.clone();
            move |request| state::answer(state.clone(), request)
        };
        let tls = ca.server_config(&["localhost", "127.0.0.1"])?;
        let plain = Server::start(None, answer.clone()).await?;
        let secure = Server::start(Some(tls), answer).await?;
        Ok(Self { state, plain: Arc::new(plain), secure: Arc::new(secure) })
    }

    /// Where all services are, over HTTP.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.plain.address())
    }

    /// Where all services are, over HTTPS.
    pub fn https_url(&self) -> String {
        format!("https://localhost:{}", self.secure.address().port())
    }

    /// How many connections were ever accepted.
    pub fn connections(&self) -> u64 {
        self.plain.connections() + self.secure.connections()
    }

    /// Lets each answer wait for so long from now on.
    pub fn set_latency(&self, latency: Latency) {
        self.state.set_latency(latency);
    }

    /// What was asked since the last reset.
    pub fn tally(&self) -> Tally {
        self.state.tally()
    }

    /// Counts from nothing.
    pub fn reset_tally(&self) {
        self.state.reset_tally();
    }

    /// Puts an item into a table, as DynamoDB's JSON. It is not counted.
    ///
    /// What cannot be an item of this table is reported on standard error, and is not there then.
    pub fn seed(&self, table: &str, item: Value) {
        if let Err(problem) = self.state.tables().seed(table, item) {
            eprintln!("fake AWS: no item of {table}: {problem}");
        }
    }

    /// How many items a table has.
    pub fn count(&self, table: &str) -> usize {
        self.state.tables().count(table)
    }

    /// Every item of a table, as DynamoDB's JSON, in no order.
    pub fn items(&self, table: &str) -> Vec<Value> {
        self.state.tables().items(table)
    }

    /// One item of a table, as DynamoDB's JSON. In a table without sort key the partition key alone counts.
    pub fn item(&self, table: &str, pk: &str, sk: &str) -> Option<Value> {
        self.state.tables().item(table, pk, sk)
    }

    /// Takes out what lies in a queue, which goes by its URL, its ARN or its name; the oldest comes first.
    pub fn take_messages(&self, queue: &str) -> Vec<Sent> {
        self.state.queues().take(queue)
    }

    /// Waits until this many messages lie in a queue.
    ///
    /// # Errors
    /// Never: the services outlive whoever waits.
    pub async fn messages_arrived(&self, queue: &str, count: usize) -> Result<()> {
        let mut sent = self.state.sent();
        while self.state.queues().count(queue) < count {
            sent.changed().await?;
        }
        Ok(())
    }

    /// Every schedule, in the order of groups and names.
    pub fn schedules(&self) -> Vec<Schedule> {
        self.state.schedules().all()
    }

    /// Takes out every schedule, as if it had come to pass.
    pub fn take_schedules(&self) -> Vec<Schedule> {
        self.state.schedules().take()
    }
}

#[cfg(test)]
mod tests;
