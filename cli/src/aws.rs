//! The operator's way in: AWS credentials and the name of a stack.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::SdkConfig;
use clap::Args;
use jiff::Timestamp;
use rail::aws::Connections;

use crate::failure::Failure;

/// Which deployment.
#[derive(Args)]
pub struct StackOptions {
    /// The name of the deployment's CloudFormation stack.
    #[arg(long, env = "RAIL_STACK", global = true, help_heading = "The deployment", value_name = "NAME")]
    stack: Option<String>,
}

/// The operator's AWS.
pub struct Aws {
    /// What every client is made from.
    pub config: SdkConfig,
    /// What was heard of AWS last.
    pub witness: Witness,
    /// The name of the stack.
    pub stack: String,
}

impl Aws {
    /// With the credentials and the Region of the environment, or of the profile in use.
    pub async fn load(options: StackOptions) -> Result<Self, Failure> {
        let missing = || Failure::Usage("which stack? Give --stack or set RAIL_STACK".to_owned());
        let stack = options.stack.filter(|stack| !stack.is_empty()).ok_or_else(missing)?;
        let connections = rail::aws::connections().map_err(|error| Failure::Failed(error.to_string()))?;
        let witness = Witness { connections, heard: Arc::default() };
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(witness.clone()).load().await;
        Ok(Self { config, witness, stack })
    }

    /// The failure of a command, with what the witness knows of its cause.
    pub fn judge(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Aws(text) if self.witness.heard().is_some_and(|heard| heard.fault) => Failure::Unreachable(text),
            other => other,
        }
    }

    /// Whether this is AWS itself, and nothing that stands in for it.
    pub fn is_real(&self) -> bool {
        self.config.endpoint_url().is_none()
    }
}

/// The connections to AWS, and what was heard over them last.
#[derive(Debug, Clone)]
pub struct Witness {
    connections: Connections,
    heard: Arc<Mutex<Option<Heard>>>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// No answer, or one of a fault at the other end (5xx).
    pub fault: bool,
    /// The time there, and the time here when it came.
    pub clocks: Option<(Timestamp, Timestamp)>,
}

impl Witness {
    /// What was heard last, if anything was asked.
    pub fn heard(&self) -> Option<Heard> {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, heard: Heard) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
    }
}

impl HttpConnector for Witness {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (calling, witness) = (HttpConnector::call(&self.connections, request), self.clone());
        HttpConnectorFuture::new(async move {
            let answer = calling.await;
            witness.note(match &answer {
                Ok(answer) => Heard {
                    fault: answer.status().is_server_error(),
                    clocks: answer.headers().get("date").and_then(time).map(|there| (there, rail::clock::now())),
                },
                Err(_) => Heard { fault: true, clocks: None },
            });
            answer
        })
    }
}

fn time(date: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(date).ok()?).ok()
}

impl HttpClient for Witness {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
