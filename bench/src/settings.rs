//! The environment that a function gets: what Lambda and `template.yaml` give it, and nothing else.
//!
//! Every function gets the settings of all: one that it does not ask for costs it nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// The queue of first attempts.
pub const FIRST_ATTEMPTS: &str = "first-attempts";
/// The queue of retries.
pub const RETRIES: &str = "retries";
/// The queue of chores.
pub const CHORES: &str = "chores";

/// The queue into which services put events.
pub const INGEST: &str = "ingest";

/// How each queue's ARN begins.
pub const QUEUE_ARNS: &str = "arn:aws:sqs:us-east-1:000000000000:";

/// The table of API keys and endpoints.
pub const ENDPOINTS_TABLE: &str = "Endpoints";
/// The table of events and deliveries.
pub const DELIVERIES_TABLE: &str = "Deliveries";

/// The memory of the function that delivers, in MB: `template.yaml`, `Deliver`.
pub const DELIVER_MEMORY_MB: u32 = 512;
/// The memory of every other, in MB: `template.yaml`, `Globals`.
pub const MEMORY_MB: u32 = 256;
/// `template.yaml`, `AttemptTimeoutSeconds`.
const ATTEMPT_TIMEOUT_SECONDS: u32 = 15;

/// As `template.yaml` has it where nobody says otherwise; the bench sends to receivers on this machine.
const AS_DEPLOYED: &[(&str, &str)] = &[
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "AKIDBENCH"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("AWS_SESSION_TOKEN", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("ENDPOINTS_TABLE", ENDPOINTS_TABLE),
    ("DELIVERIES_TABLE", DELIVERIES_TABLE),
    ("LIMITS_TABLE", "Limits"),
    ("RETRIES_QUEUE_ARN", "arn:aws:sqs:us-east-1:000000000000:retries"),
    ("SCHEDULES_DEAD_LETTERS_ARN", "arn:aws:sqs:us-east-1:000000000000:schedules-dead-letters"),
    ("SCHEDULE_GROUP", "retries"),
    ("SCHEDULER_ROLE_ARN", "arn:aws:iam::000000000000:role/scheduler"),
    ("SECRETS_KEY_ID", "00000000-0000-4000-8000-000000000000"),
    ("RETRY_DELAYS", "60,300,1800,7200"),
    ("DISABLE_AFTER_HOURS", "120"),
    ("RETENTION_DAYS", "30"),
    ("RELEASE_PER_SECOND", "10"),
    ("SIGNATURE_HEADER", "X-IOF-Signature"),
    ("STRICT_EVENT_TYPES", "false"),
    ("ALLOW_PRIVATE_TARGETS", "true"),
];

const QUEUE_URLS: &[(&str, &str)] = &[
    ("FIRST_ATTEMPTS_QUEUE_URL", FIRST_ATTEMPTS),
    ("RETRIES_QUEUE_URL", RETRIES),
    ("CHORES_QUEUE_URL", CHORES),
    ("FIRST_ATTEMPTS_DEAD_LETTERS_URL", "first-attempts-dead-letters"),
    ("RETRIES_DEAD_LETTERS_URL", "retries-dead-letters"),
    ("CHORES_DEAD_LETTERS_URL", "chores-dead-letters"),
    ("INGEST_DEAD_LETTERS_URL", "ingest-dead-letters"),
];

/// The environment of a function.
#[derive(Debug, Clone)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Of this function, with AWS at this URL.
    pub fn new(function: &str, aws_url: &str) -> Self {
        let memory = if function == "deliver" { DELIVER_MEMORY_MB } else { MEMORY_MB };
        let mut settings = Self(BTreeMap::new());
        for (name, value) in AS_DEPLOYED {
            settings = settings.with(name, value);
        }
        for (name, queue) in QUEUE_URLS {
            settings = settings.with(name, &format!("http://127.0.0.1/000000000000/{queue}"));
        }
        settings
            .with("AWS_ENDPOINT_URL", aws_url)
            .with("AWS_LAMBDA_FUNCTION_NAME", function)
            .with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory.to_string())
            .with("ATTEMPT_TIMEOUT_SECONDS", &ATTEMPT_TIMEOUT_SECONDS.to_string())
    }

    /// The same, with this setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same, trusting what descends from these roots, in PEM: AWS, or receivers.
    #[must_use]
    pub fn trusting(self, variable: &str, roots: &Path) -> Self {
        self.with(variable, &roots.to_string_lossy())
    }

    /// The same, with the Runtime API there.
    #[must_use]
    pub fn served_at(self, runtime: SocketAddr) -> Self {
        self.with("AWS_LAMBDA_RUNTIME_API", &runtime.to_string())
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
