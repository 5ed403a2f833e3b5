//! For how long the oldest message of a queue waits: a metric of CloudWatch's, and nothing else tells it.
//!
//! One signed request, rather than CloudWatch's whole client: that has dependencies which may not be linked here.

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use rail::clock;
use serde::Deserialize;
use serde_json::json;

use crate::aws::Aws;
use crate::doctor::check::is_denial;

pub const PERMISSION: &str = "cloudwatch:GetMetricStatistics";

const TARGET: &str = "GraniteServiceVersion20100801.GetMetricStatistics";
/// SQS measures once a minute; it may take some minutes until that is there.
const PERIOD_SECONDS: i64 = 60;
const BACK_SECONDS: i64 = 600;

/// Why it is not known.
#[derive(Debug, PartialEq, Eq)]
pub enum Age {
    Denied,
    Unknown(String),
}

impl<E: std::error::Error> From<E> for Age {
    fn from(error: E) -> Self {
        Self::Unknown(error.to_string())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    datapoints: Vec<Datapoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datapoint {
    timestamp: f64,
    maximum: f64,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
}

/// In seconds; nothing where it was not measured lately.
pub async fn of_the_oldest(aws: &Aws, queue_url: &str) -> Result<Option<u64>, Age> {
    let request = request(aws, queue_url.rsplit('/').next().unwrap_or_default()).await?;
    let request = request.try_into().map_err(|_| Age::Unknown("the request cannot be built".to_owned()))?;
    let answer = aws.witness.call(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| Age::Unknown(error.to_string()))?.to_bytes();
    if !status.is_success() {
        let code = serde_json::from_slice::<Refusal>(&body).map(|refusal| refusal.code).unwrap_or_default();
        return Err(if is_denial(&code) { Age::Denied } else { Age::Unknown(format!("{} {code}", status.as_u16())) });
    }
    let Statistics { datapoints } = serde_json::from_slice(&body)?;
    let newest = datapoints.into_iter().max_by(|one, other| one.timestamp.total_cmp(&other.timestamp));
    Ok(newest.map(|newest| newest.maximum as u64))
}

/// The request, signed.
async fn request(aws: &Aws, queue: &str) -> Result<http::Request<SdkBody>, Age> {
    let missing = |what: &str| Age::Unknown(format!("no {what}"));
    let region = aws.config.region().ok_or_else(|| missing("Region"))?.as_ref();
    let provider = aws.config.credentials_provider().ok_or_else(|| missing("credentials"))?;
    let identity = provider.provide_credentials().await?.into();
    let now = clock::now();
    let body = serde_json::to_vec(&json!({
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{ "Name": "QueueName", "Value": queue }],
        "StartTime": now.as_second() - BACK_SECONDS,
        "EndTime": now.as_second(),
        "Period": PERIOD_SECONDS,
        "Statistics": ["Maximum"],
    }))?;
    let url = aws.config.endpoint_url().map_or_else(|| service(region), str::to_owned);
    let mut request = http::Request::post(format!("{}/", url.trim_end_matches('/')))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", TARGET)
        .body(SdkBody::from(body.clone()))?;
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let uri = request.uri().to_string();
    let signable = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(&body))?;
    let parameters =
        SigningParams::builder().identity(&identity).region(region).name("monitoring").time(now.try_into()?);
    let parameters = parameters.settings(SigningSettings::default()).build()?.into();
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Ok(request)
}

fn service(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://monitoring.{region}.amazonaws.com{suffix}")
}
