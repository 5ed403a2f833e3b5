//! What every AWS client of a function is made from, and how their errors are kept.
//!
//! Set up by hand for the sake of the cold start: credentials straight from the environment (Lambda puts them there),
//! one TLS stack with ring, Amazon's own roots alone, one HTTP client for all services.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::env::{self, EnvError};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one call of a service may take. The slowest here, a batch of messages, takes well under a second.
const ATTEMPT: Duration = Duration::from_secs(8);
/// How long it may take with its repetitions: less than what the HTTP API waits for a route (30 s).
const ALL_ATTEMPTS: Duration = Duration::from_secs(20);

/// The roots from which AWS service certificates descend (Amazon Trust Services).
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// The configuration of every AWS client, from what Lambda puts into the environment.
///
/// # Errors
/// When Region or credentials are missing.
pub fn config() -> Result<SdkConfig, EnvError> {
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
        .timeout_config(timeouts())
        .http_client(http_client());
    config.set_endpoint_url(env::text("AWS_ENDPOINT_URL").ok());
    Ok(config.build())
}

/// The one HTTP client of all AWS clients.
///
/// # Panics
/// Never: the roots are a constant of this crate, and a test parses them.
pub fn http_client() -> aws_sdk_dynamodb::config::SharedHttpClient {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    #[expect(clippy::expect_used, reason = "the roots are a constant of this crate")]
    let tls = TlsContext::builder().with_trust_store(roots).build().expect("the roots parse");
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https()
}

/// A service that does not answer is a fault like another: it must not hold a batch until the function itself is ended, with
/// all that its other messages have done unsaid.
fn timeouts() -> TimeoutConfig {
    let connecting = TimeoutConfig::builder().connect_timeout(CONNECT);
    connecting.operation_attempt_timeout(ATTEMPT).operation_timeout(ALL_ATTEMPTS).build()
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
