//! From the environment to the parts of a function.
//!
//! A function asks for the parts it uses, and so needs the settings of those alone.

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_sqs::Client as Sqs;
use aws_types::SdkConfig;

use crate::api::Gate;
use crate::aws::Service;
use crate::chores::Chores;
use crate::dead_letters::{DeadLetters, Home};
use crate::env::{self, EnvError};
use crate::publishing::Publisher;
use crate::queue::Queue;
use crate::schedule::{ScheduleSettings, Schedules};
use crate::sealing::{Opener, Sealer};
use crate::sender::Sender;
use crate::store::Log;
use crate::store::api_keys::ApiKeys;
use crate::store::directory::Directory;
use crate::store::endpoints::Endpoints;
use crate::store::event_types::EventTypes;
use crate::store::limits::Limits;
use crate::strictness::Strictness;
use crate::{aws, telemetry};

/// What every part is made from.
#[derive(Debug)]
pub struct Wiring {
    config: SdkConfig,
    dynamodb: DynamoDb,
}

/// Why a function cannot start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

impl Wiring {
    /// Starts the log, reads what AWS clients need, and opens connections to the services that the function's first call goes
    /// to: what it costs to open them is paid where a function has the most of a processor.
    ///
    /// # Errors
    /// When a setting is missing.
    pub async fn start(services: &[Service]) -> Result<Self, EnvError> {
        telemetry::start();
        let connections = aws::connections()?;
        let mut urls = services.iter().map(|service| service.url()).collect::<Result<Vec<_>, _>>()?;
        urls.dedup();
        connections.open(&urls).await;
        Ok(Self::over(aws::config(connections)?))
    }

    /// Over this configuration.
    pub fn over(config: SdkConfig) -> Self {
        let dynamodb = DynamoDb::new(&config);
        Self { config, dynamodb }
    }

    /// The check of API keys.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn gate(&self) -> Result<Gate, EnvError> {
        Ok(Gate::new(self.api_keys_in(env::text("ENDPOINTS_TABLE")?), self.limits()?))
    }

    /// The API keys in this table.
    pub fn api_keys_in(&self, table: String) -> ApiKeys {
        ApiKeys::new(self.dynamodb.clone(), table)
    }

    /// The endpoints.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn endpoints(&self) -> Result<Endpoints, EnvError> {
        Ok(Endpoints::new(self.dynamodb.clone(), env::text("ENDPOINTS_TABLE")?))
    }

    /// The catalog of event types.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn event_types(&self) -> Result<EventTypes, EnvError> {
        Ok(EventTypes::new(self.dynamodb.clone(), env::text("ENDPOINTS_TABLE")?))
    }

    /// How strict publishing is.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn strictness(&self) -> Result<Strictness, EnvError> {
        Ok(if env::strict_event_types()? { Strictness::strict(self.event_types()?) } else { Strictness::Lenient })
    }

    /// Events and deliveries.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn log(&self) -> Result<Log, EnvError> {
        Ok(Log::new(self.dynamodb.clone(), env::text("DELIVERIES_TABLE")?))
    }

    /// The clocks of what goes at a rate.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn limits(&self) -> Result<Limits, EnvError> {
        Ok(Limits::new(self.dynamodb.clone(), env::text("LIMITS_TABLE")?))
    }

    /// The queue of chores.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn chores(&self) -> Result<Chores, EnvError> {
        Ok(Chores::new(self.queue("CHORES_QUEUE_URL")?))
    }

    /// What seals signing secrets.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn sealer(&self) -> Result<Sealer, EnvError> {
        Ok(Sealer::new(aws_sdk_kms::Client::new(&self.config), env::text("SECRETS_KEY_ID")?))
    }

    /// What opens them.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn opener(&self) -> Result<Opener, EnvError> {
        Ok(Opener::new(aws_sdk_kms::Client::new(&self.config), env::text("SECRETS_KEY_ID")?))
    }

    /// The queue whose URL this variable holds.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn queue(&self, variable: &'static str) -> Result<Queue, EnvError> {
        Ok(self.queue_at(env::text(variable)?))
    }

    /// The queue at this URL.
    pub fn queue_at(&self, url: String) -> Queue {
        Queue::new(Sqs::new(&self.config), url)
    }

    /// The dead letters at this URL, which belong there.
    pub fn dead_letters_at(&self, url: String, home: Home) -> DeadLetters {
        DeadLetters::new(Sqs::new(&self.config), url, home)
    }

    /// What publishes events.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn publisher(&self) -> Result<Publisher, EnvError> {
        Ok(Publisher {
            directory: Directory::new(self.endpoints()?),
            log: self.log()?,
            queue: self.queue("FIRST_ATTEMPTS_QUEUE_URL")?,
            retention: env::retention()?,
        })
    }

    /// Schedules of retries.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn schedules(&self) -> Result<Schedules, EnvError> {
        let settings = ScheduleSettings {
            group: env::text("SCHEDULE_GROUP")?,
            queue_arn: env::text("RETRIES_QUEUE_ARN")?,
            role_arn: env::text("SCHEDULER_ROLE_ARN")?,
            dead_letters_arn: env::text("SCHEDULES_DEAD_LETTERS_ARN")?,
        };
        Ok(Schedules::new(aws_sdk_scheduler::Client::new(&self.config), settings))
    }

    /// What sends requests to endpoints.
    ///
    /// # Errors
    /// When a setting is missing, or TLS cannot be set up.
    pub fn sender(&self) -> Result<Sender, StartError> {
        Sender::new(
            env::receivers_roots()?.as_deref(),
            env::target_rules()?,
            env::attempt_timeout()?,
            env::signature_header()?,
        )
    }
}
