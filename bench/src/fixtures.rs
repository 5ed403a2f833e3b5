//! Events as Lambda gives them to a function: requests of the HTTP API, batches of a queue.

use hyper::body::Bytes;
use serde_json::{Map, Value, json};

use crate::Result;
use crate::aws::Sent;
use crate::runtime::Answer;
use crate::settings::QUEUE_ARNS;

/// When everything happened that the events tell of: they know no clock.
const THEN_MS: u64 = 1_795_435_200_000;

/// A request of the HTTP API.
#[derive(Debug, Clone)]
pub struct Call {
    method: &'static str,
    path: String,
    route: String,
    named: Vec<(&'static str, String)>,
    signed: bool,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Call {
    /// Of this method at this path below `/v1/webhooks`, where names in braces stand for things.
    pub fn new(method: &'static str, path: &str) -> Self {
        Self::at(method, format!("/v1/webhooks{path}"))
    }

    /// For the document at this path.
    pub fn document(path: &str) -> Self {
        Self::at("GET", path.to_owned())
    }

    fn at(method: &'static str, route: String) -> Self {
        let (named, query, headers) = (Vec::new(), Vec::new(), Vec::new());
        Self { method, path: route.clone(), route, named, signed: false, query, headers, body: None }
    }

    /// The same, about this thing.
    #[must_use]
    pub fn of(self, id: &str) -> Self {
        self.naming("id", id)
    }

    /// The same, about the thing that stands in the path under this name.
    #[must_use]
    pub fn naming(mut self, name: &'static str, thing: &str) -> Self {
        self.path = self.path.replace(&format!("{{{name}}}"), thing);
        self.named.push((name, thing.to_owned()));
        self
    }

    /// The same, signed with AWS credentials.
    #[must_use]
    pub fn signed(self) -> Self {
        Self { signed: true, ..self }
    }

    /// The same, with this in its query.
    #[must_use]
    pub fn asking(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    /// The same, with this header, whose name is in lower case as API Gateway has it.
    #[must_use]
    pub fn headed(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same, with this body.
    #[must_use]
    pub fn with(self, body: &Value) -> Self {
        Self { body: Some(body.to_string()), ..self }
    }

    /// The event that API Gateway makes of it, for the holder of this API key.
    pub fn event(&self, key: &str) -> Bytes {
        let route = format!("{} {}", self.method, self.route);
        let query: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": self.path,
            "rawQueryString": query.join("&"),
            "headers": {
                "authorization": format!("Bearer {key}"),
                "content-type": "application/json",
                "content-length": self.body.as_ref().map_or(0, String::len).to_string(),
                "host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
                "user-agent": "bench",
                "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
            },
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "a1b2c3d4e5",
                "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "a1b2c3d4e5",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "bench",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": route,
                "stage": "$default",
                "time": "23/Nov/2026:12:00:00 +0000",
                "timeEpoch": THEN_MS,
            },
            "isBase64Encoded": false,
        });
        if let Some(event) = event.as_object_mut() {
            self.optional_parts(event);
        }
        event.to_string().into()
    }

    fn optional_parts(&self, event: &mut Map<String, Value>) {
        if !self.named.is_empty() {
            let named = self.named.iter().map(|(name, thing)| ((*name).to_owned(), json!(thing)));
            event.insert("pathParameters".to_owned(), Value::Object(named.collect()));
        }
        if let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut).filter(|_| self.signed) {
            let iam = json!({ "userArn": "arn:aws:sts::000000000000:assumed-role/contracts/bench" });
            context.insert("authorizer".to_owned(), json!({ "iam": iam }));
        }
        if let Some(body) = &self.body {
            event.insert("body".to_owned(), json!(body));
        }
        if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
            headers.extend(self.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        }
        if !self.query.is_empty() {
            let query = self.query.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
            event.insert("queryStringParameters".to_owned(), Value::Object(query.collect()));
        }
    }
}

/// The body of a route's answer.
///
/// # Errors
/// When the answer has none of these statuses.
pub fn answered(answer: &Answer, expected: &[u64]) -> Result<Value> {
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or_default();
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    if !expected.contains(&status) {
        return Err(format!("the route answered {status}, not one of {expected:?}: {body}").into());
    }
    Ok(if body.is_empty() { Value::Null } else { serde_json::from_str(body)? })
}

/// A text in a route's answer.
///
/// # Errors
/// When it is not there.
pub fn text(body: &Value, name: &str) -> Result<String> {
    let text = body.get(name).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("the answer has no `{name}`: {body}"))?.to_owned())
}

/// The event with which Lambda hands out messages of a queue, each for the first time.
pub fn batch(queue: &str, messages: &[Sent]) -> Bytes {
    let record = |(index, message): (usize, &Sent)| {
        let mut attributes = json!({
            "ApproximateReceiveCount": "1",
            "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            "SentTimestamp": THEN_MS.to_string(),
            "SenderId": "AROAEXAMPLEEXAMPLEEXA:publish-event",
            "ApproximateFirstReceiveTimestamp": (THEN_MS + 1).to_string(),
        });
        if let (Some(group), Some(attributes)) = (&message.group, attributes.as_object_mut()) {
            attributes.insert("MessageGroupId".to_owned(), json!(group));
        }
        json!({
            "messageId": format!("00000000-0000-4000-8000-{index:012}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("{QUEUE_ARNS}{queue}"),
            "awsRegion": "us-east-1",
        })
    };
    let records: Vec<_> = messages.iter().enumerate().map(record).collect();
    json!({ "Records": records }).to_string().into()
}

/// Makes sure that a function is done with every message of a batch.
///
/// # Errors
/// When any must come again.
pub fn all_done(answer: &Answer) -> Result<()> {
    let answer: Value = serde_json::from_slice(&answer.body)?;
    match answer.get("batchItemFailures").and_then(Value::as_array) {
        Some(failures) if failures.is_empty() => Ok(()),
        _ => Err(format!("not every message of the batch was done with: {answer}").into()),
    }
}
