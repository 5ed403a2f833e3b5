//! What every AWS client of a function is made from, and how their errors are kept.
//!
//! Set up by hand for the sake of the cold start: credentials straight from the environment (Lambda puts them there),
//! one TLS stack with ring, Amazon's own roots alone, one pool of connections for all services, opened while the function starts.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::env::{self, EnvError};
use crate::tls::{self, TlsError};

mod connections;

pub use connections::Connections;

/// How long one call of a service may take. The slowest here, a batch of messages, takes well under a second.
const ATTEMPT: Duration = Duration::from_secs(8);
/// How long it may take with its repetitions: less than what the HTTP API waits for a route (30 s).
const ALL_ATTEMPTS: Duration = Duration::from_secs(20);

/// The configuration of every AWS client, from what Lambda puts into the environment.
///
/// # Errors
/// When Region or credentials are missing.
pub fn config(connections: Connections) -> Result<SdkConfig, EnvError> {
    let credentials = Credentials::new(
        env::text("AWS_ACCESS_KEY_ID")?,
        env::text("AWS_SECRET_ACCESS_KEY")?,
        env::text("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let mut config = SdkConfig::builder()
        // Pinned: a newer behaviour is a decision, not a dependency update.
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(env::text("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        // They are there, and do not change: there is nothing to cache, or to wait for.
        .identity_cache(IdentityCache::no_cache())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts())
        .http_client(connections);
    config.set_endpoint_url(env::text("AWS_ENDPOINT_URL").ok());
    Ok(config.build())
}

/// The connections of all AWS clients: to servers that Amazon's roots vouch for, or those of `AWS_CA_BUNDLE`.
///
/// # Errors
/// When the roots that are set cannot be used.
pub fn connections() -> Result<Connections, EnvError> {
    let malformed = |error: TlsError| EnvError::Malformed {
        name: "AWS_CA_BUNDLE",
        value: env::text("AWS_CA_BUNDLE").unwrap_or_default(),
        problem: error.to_string(),
    };
    let roots = match env::aws_roots()? {
        Some(pem) => tls::with_pem(tls::amazons_roots(), &pem).map_err(malformed)?,
        None => tls::amazons_roots(),
    };
    Connections::new(roots).map_err(malformed)
}

/// A service that does not answer is a fault like another: it must not hold a batch until the function itself is ended, with
/// all that its other messages have done unsaid.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(ALL_ATTEMPTS).build()
}

/// A service of AWS that a function calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The tables.
    DynamoDb,
    /// The queues.
    Sqs,
    /// The key.
    Kms,
}

impl Service {
    /// Where the service is.
    ///
    /// # Errors
    /// When the Region is missing.
    pub fn url(self) -> Result<String, EnvError> {
        if let Ok(url) = env::text("AWS_ENDPOINT_URL") {
            return Ok(url);
        }
        let name = match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Kms => "kms",
        };
        let region = env::text("AWS_REGION")?;
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        Ok(format!("https://{name}.{region}.amazonaws.com{suffix}/"))
    }
}

/// A call to AWS that failed: our fault or AWS's, never a caller's.
#[derive(Debug)]
pub struct AwsError {
    act: &'static str,
    source: Box<dyn StdError + Send + Sync>,
}

impl AwsError {
    /// The failure of `act`, for instance "put the event".
    pub fn new(act: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { act, source: source.into() }
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.act, DisplayErrorContext(&*self.source))
    }
}

impl StdError for AwsError {}

/// Names the act whose failure a result may hold.
pub(crate) trait Act<T> {
    /// `self`, with its error kept as that of `act`.
    fn act(self, act: &'static str) -> Result<T, AwsError>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> Act<T> for Result<T, E> {
    fn act(self, act: &'static str) -> Result<T, AwsError> {
        self.map_err(|error| AwsError::new(act, error))
    }
}
