//! The rail as far as most measurements need it: endpoints are created, events published and delivered, each by the
//! function that does so.

use crate::Result;
use crate::aws::{Schedule, Sent};
use crate::binaries::Binaries;
use crate::fixtures::{self, Call};
use crate::function::Function;
use crate::payload;
use crate::runtime::Answer;
use crate::settings::FIRST_ATTEMPTS;
use crate::stage::{Manner, Stage};
use crate::tenant::Tenant;
use serde_json::json;

/// The most messages that Lambda hands out at once: `template.yaml`, `BatchSize`.
pub const BATCH: usize = 10;
/// The most events of one request.
pub const EVENTS_PER_REQUEST: usize = 100;

/// The function that publishes several events with one request.
pub const PUBLISH_EVENTS: &str = "publish-events";

/// Running functions around one tenant.
#[derive(Debug)]
pub struct Rig {
    /// What is around them.
    pub stage: Stage,
    /// Who publishes.
    pub tenant: Tenant,
    /// The function `create-endpoint`.
    pub create: Function,
    /// The function `publish-event`.
    pub publish: Function,
    /// The function `publish-events`, where it has been built.
    pub publish_many: Option<Function>,
    /// The function `deliver`.
    pub deliver: Function,
}

impl Rig {
    /// A new one, with `deliver` started in this manner, without endpoints.
    ///
    /// # Errors
    /// When a function does not start.
    pub async fn set_up(binaries: &Binaries, manner: &Manner) -> Result<Self> {
        let stage = Stage::set_up(binaries).await?;
        let tenant = Tenant::seed(&stage.aws, "acme")?;
        let create = stage.start("create-endpoint").await?;
        let publish = stage.start("publish-event").await?;
        let publish_many = match binaries.has(PUBLISH_EVENTS) {
            true => Some(stage.start(PUBLISH_EVENTS).await?),
            false => None,
        };
        let deliver = stage.start_so("deliver", manner).await?;
        Ok(Self { stage, tenant, create, publish, publish_many, deliver })
    }

    /// Registers an endpoint for all of the tenant's events. Its id.
    ///
    /// # Errors
    /// When it is not registered.
    pub async fn endpoint(&self, url: &str) -> Result<String> {
        self.tenant.create_endpoint(&self.create, url, &["*"]).await
    }

    /// Publishes one event with a payload of so many bytes. The answer, and the event's id.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn publish_one(&self, seed: u64, bytes: usize) -> Result<(Answer, String)> {
        let call = publishing(seed, bytes);
        let answer = self.publish.invoke(self.tenant.event(&call)).await?;
        let id = fixtures::text(&fixtures::answered(&answer, &[202])?, "id")?;
        Ok((answer, id))
    }

    /// Publishes events with one request.
    ///
    /// # Errors
    /// When any is not accepted, or they cannot be published together.
    pub async fn publish_together(&self, seeds: std::ops::Range<u64>, bytes: usize) -> Result<Answer> {
        let function = self.publish_many.as_ref().ok_or("publish-events has not been built")?;
        let answer = function.invoke(self.tenant.event(&publishing_together(seeds, bytes))).await?;
        // With 207, not all were.
        fixtures::answered(&answer, &[202])?;
        Ok(answer)
    }

    /// How many bytes the functions that publish and deliver have written to their logs.
    pub fn log_bytes(&self) -> u64 {
        let many = self.publish_many.as_ref().map_or(0, Function::log_bytes);
        self.publish.log_bytes() + many + self.deliver.log_bytes()
    }

    /// The messages that wait for their first attempt.
    pub fn first_attempts(&self) -> Vec<Sent> {
        self.stage.aws.take_messages(FIRST_ATTEMPTS)
    }

    /// The messages of all schedules, as if these had come to pass.
    pub fn due_retries(&self) -> Vec<Sent> {
        let sent = |schedule: Schedule| Sent { body: schedule.input, group: None, delay_seconds: 0 };
        self.stage.aws.take_schedules().into_iter().map(sent).collect()
    }

    /// Publishes events one by one, and takes their messages from the queue.
    ///
    /// # Errors
    /// When any is not accepted.
    pub async fn messages(&self, seeds: std::ops::Range<u64>, bytes: usize) -> Result<Vec<Sent>> {
        for seed in seeds {
            self.publish_one(seed, bytes).await?;
        }
        Ok(self.first_attempts())
    }

    /// Hands a batch of a queue to `deliver`.
    ///
    /// # Errors
    /// When not every message of it is done with.
    pub async fn deliver(&self, queue: &str, messages: &[Sent]) -> Result<Answer> {
        let answer = self.deliver.invoke(fixtures::batch(queue, messages)).await?;
        fixtures::all_done(&answer)?;
        Ok(answer)
    }

    /// Hands messages to `deliver`, a batch at a time.
    ///
    /// # Errors
    /// When not every message is done with.
    pub async fn deliver_all(&self, queue: &str, messages: &[Sent]) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(messages.len().div_ceil(BATCH));
        for batch in messages.chunks(BATCH) {
            answers.push(self.deliver(queue, batch).await?);
        }
        Ok(answers)
    }
}

/// The request that publishes one event.
pub fn publishing(seed: u64, bytes: usize) -> Call {
    Call::new("POST", "/events").with(&payload::publication(seed, bytes))
}

/// The request that publishes several.
pub fn publishing_together(seeds: std::ops::Range<u64>, bytes: usize) -> Call {
    let events: Vec<_> = seeds.map(|seed| payload::publication(seed, bytes)).collect();
    Call::new("POST", "/events/batch").with(&json!({ "events": events }))
}
