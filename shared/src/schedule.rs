//! Retries to come: one-time schedules of EventBridge Scheduler that put a message into the queue of retries.
//!
//! A schedule is named after its delivery and fence, so that making it twice makes one.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::operation::create_schedule::CreateScheduleError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target,
};
use jiff::Timestamp;

use crate::aws::{Act, AwsError};
use crate::domain::retry::schedule_time;
use crate::queue::Message;

/// How long, and how often at most, the Scheduler tries to reach the queue: its own maxima, so that an outage of the
/// queue of 12 hours loses nothing.
const MAX_AGE_SECONDS: i32 = 86_400;
const MAX_TRIES: i32 = 185;

/// Where schedules are made, and what they do.
#[derive(Debug, Clone)]
pub struct Schedules {
    client: Client,
    settings: ScheduleSettings,
}

/// The names that a schedule needs.
#[derive(Debug, Clone)]
pub struct ScheduleSettings {
    /// The schedule group.
    pub group: String,
    /// ARN of the queue of retries.
    pub queue_arn: String,
    /// ARN of the role with which the Scheduler sends.
    pub role_arn: String,
    /// ARN of the queue for what the Scheduler could not send.
    pub dead_letters_arn: String,
}

impl Schedules {
    /// With these names.
    pub fn new(client: Client, settings: ScheduleSettings) -> Self {
        Self { client, settings }
    }

    /// Makes sure that this message will be sent at `due`, or very soon if that is past.
    pub async fn ensure(&self, message: &Message, due: Timestamp, now: Timestamp) -> Result<(), AwsError> {
        const ACT: &str = "create the schedule";
        let retry =
            RetryPolicy::builder().maximum_event_age_in_seconds(MAX_AGE_SECONDS).maximum_retry_attempts(MAX_TRIES);
        let target = Target::builder()
            .arn(&self.settings.queue_arn)
            .role_arn(&self.settings.role_arn)
            .input(message.to_text())
            .dead_letter_config(DeadLetterConfig::builder().arn(&self.settings.dead_letters_arn).build())
            .retry_policy(retry.build())
            .build()
            .act(ACT)?;
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().act(ACT)?;
        let created = self
            .client
            .create_schedule()
            .group_name(&self.settings.group)
            .name(name(message))
            .schedule_expression(expression(schedule_time(due, now)))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(window)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(target)
            .send()
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                CreateScheduleError::ConflictException(_) => Ok(()),
                error => Err(error).act(ACT),
            },
        }
    }
}

/// At most 64 characters: 26 for the event, 26 for the endpoint, 10 for the fence, and 2 between.
fn name(message: &Message) -> String {
    format!("{}-{}-{}", message.event.ulid(), message.endpoint.ulid(), message.fence.get())
}

/// `at(yyyy-mm-ddThh:mm:ss)`, without a zone, as the Scheduler wants it.
fn expression(at: Timestamp) -> String {
    format!("at({})", at.strftime("%Y-%m-%dT%H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::{Delivery, Fence, Trigger};
    use crate::domain::id::{EndpointId, EventId};

    #[test]
    fn a_schedule_is_named_after_delivery_and_fence() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let (tenant, event_type) = ("acme".parse().unwrap(), "a".parse().unwrap());
        let delivery = Delivery::new(tenant, EndpointId::new(at, 1), EventId::new(at, u128::MAX), event_type, (at, at));
        let mut message = Message::about(&delivery, Trigger::Policy);
        assert_eq!(name(&message), "01HF7YAT00ZZZZZZZZZZZZZZZZ-01HF7YAT000000000000000001-1");
        message.fence = serde_json::from_str::<Fence>("4294967295").unwrap();
        assert!(name(&message).len() <= 64);
    }

    #[test]
    fn the_expression_is_the_schedulers() {
        assert_eq!(expression(Timestamp::from_second(1_700_000_000).unwrap()), "at(2023-11-14T22:13:20)");
    }
}
