//! EventBridge Scheduler: schedules in. The bench plays them itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Schedule;
use super::answer::{Done, Refusal, request};

/// The schedules, by group and name.
#[derive(Debug, Default)]
pub struct Schedules(BTreeMap<(String, String), Schedule>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateSchedule {
    group_name: String,
    schedule_expression: String,
    target: Target,
    #[serde(rename = "ActionAfterCompletion")]
    _action_after_completion: IgnoredAny,
    #[serde(rename = "ClientToken")]
    _client_token: IgnoredAny,
    #[serde(rename = "FlexibleTimeWindow")]
    _flexible_time_window: IgnoredAny,
    #[serde(rename = "ScheduleExpressionTimezone")]
    _schedule_expression_timezone: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    input: String,
}

impl Schedules {
    /// Makes a schedule.
    pub fn create(&mut self, name: &str, body: &[u8]) -> Result<Done, Refusal> {
        let CreateSchedule { group_name: group, schedule_expression: expression, target, .. } = request(body)?;
        let key = (group.clone(), name.to_owned());
        if self.0.contains_key(&key) {
            return Err(Refusal::new("ConflictException", &format!("Schedule {name} already exists.")));
        }
        let arn = format!("arn:aws:scheduler:us-east-1:000000000000:schedule/{group}/{name}");
        self.0.insert(key, Schedule { name: name.to_owned(), group, expression, input: target.input });
        Ok(Done::with(&json!({ "ScheduleArn": arn })))
    }

    /// Every schedule.
    pub fn all(&self) -> Vec<Schedule> {
        self.0.values().cloned().collect()
    }

    /// Takes out every schedule.
    pub fn take(&mut self) -> Vec<Schedule> {
        std::mem::take(&mut self.0).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(group: &str) -> Vec<u8> {
        let target = json!({ "Arn": "arn", "RoleArn": "role", "Input": "{}" });
        let request = json!({
            "ActionAfterCompletion": "DELETE",
            "ClientToken": "1",
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "GroupName": group,
            "ScheduleExpression": "at(2023-11-14T22:13:20)",
            "ScheduleExpressionTimezone": "UTC",
            "Target": target,
        });
        request.to_string().into_bytes()
    }

    #[test]
    fn a_name_stands_once_in_a_group() {
        let mut schedules = Schedules::default();
        schedules.create("a-1", &body("retries")).unwrap();
        schedules.create("a-1", &body("others")).unwrap();
        assert_eq!(schedules.create("a-1", &body("retries")).unwrap_err().exception, "ConflictException");
        assert_eq!(schedules.all().len(), 2);
        assert_eq!(schedules.take().len(), 2);
        schedules.create("a-1", &body("retries")).unwrap();
    }
}
