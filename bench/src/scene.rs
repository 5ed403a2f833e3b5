//! One event for each function that makes it do all of its work: an endpoint, and an event that it has received.

use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::Result;
use crate::aws::Sent;
use crate::fixtures::{self, Call};
use crate::function::Function;
use crate::payload::SMALL;
use crate::rig::{Rig, publishing, publishing_together};
use crate::settings::{CHORES, FIRST_ATTEMPTS, INGEST, RETRIES};
use crate::tenant::{Tenant, creating};

/// A recovery that nobody asked for: to look for it costs what it costs to find one.
const RECOVERY: &str = "rec_01ARZ3NDEKTSV4RRFFQ69G5FAV";
/// How many events the request has that publishes several.
const TOGETHER: u64 = 10;

/// Every function but the bare one.
pub const FUNCTIONS: &[&str] = &[
    "create-endpoint",
    "list-endpoints",
    "get-endpoint",
    "update-endpoint",
    "delete-endpoint",
    "rotate-secret",
    "publish-event",
    "publish-events",
    "list-events",
    "get-event",
    "list-attempts",
    "retry-event",
    "cancel-retry",
    "deliver",
    "tend-endpoint",
    "test-endpoint",
    "recover-endpoint",
    "get-recovery",
    "get-stats",
    "list-event-types",
    "get-event-type",
    "put-event-type",
    "delete-event-type",
    "publish-for-tenant",
    "ingest-events",
    "get-openapi",
    "get-portal",
];

/// What there is for functions to work on.
#[derive(Debug)]
pub struct Scene {
    rig: Rig,
    /// Has the endpoints that are created and deleted: the other's endpoints stay as they are.
    newcomer: Tenant,
    url: String,
    endpoint: String,
    event: String,
}

impl Scene {
    /// An endpoint at this URL, which has received an event.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn set_up(rig: Rig, url: String) -> Result<Self> {
        let newcomer = Tenant::seed(&rig.stage.aws, "newcomer")?;
        let endpoint = rig.endpoint(&url).await?;
        let (_, event) = rig.publish_one(0, SMALL).await?;
        rig.deliver_all(FIRST_ATTEMPTS, &rig.first_attempts()).await?;
        Ok(Self { rig, newcomer, url, endpoint, event })
    }

    /// The rig that it is on.
    pub fn rig(&self) -> &Rig {
        &self.rig
    }

    /// An event for this function.
    ///
    /// # Errors
    /// When nobody knows one.
    pub async fn event_for(&self, function: &str) -> Result<Bytes> {
        match function {
            "bare" => Ok("{}".into()),
            "deliver" => {
                self.rig.publish_one(1, SMALL).await?;
                Ok(fixtures::batch(FIRST_ATTEMPTS, &self.rig.first_attempts()))
            }
            "tend-endpoint" => {
                let chore = json!({ "tenant": self.rig.tenant.name(), "endpoint": self.endpoint }).to_string();
                let message = Sent { body: chore, group: Some(self.rig.tenant.name().to_owned()), delay_seconds: 0 };
                Ok(fixtures::batch(CHORES, &[message]))
            }
            "ingest-events" => {
                let event = json!({ "tenant": self.rig.tenant.name(), "type": "contract.created", "data": { "a": 1 } });
                let message = Sent { body: event.to_string(), group: None, delay_seconds: 0 };
                Ok(fixtures::batch(INGEST, &[message]))
            }
            "create-endpoint" => Ok(self.newcomer.event(&creating(&self.url, &["*"]))),
            "delete-endpoint" => {
                let endpoint = self.newcomer.create_endpoint(&self.rig.create, &self.url, &["*"]).await?;
                Ok(self.newcomer.event(&Call::new("DELETE", "/endpoints/{id}").of(&endpoint)))
            }
            route => Ok(self.rig.tenant.event(&self.call(route)?)),
        }
    }

    fn call(&self, route: &str) -> Result<Call> {
        let retried = json!({ "endpointId": self.endpoint });
        let call = match route {
            "publish-event" => publishing(2, SMALL),
            "publish-events" => publishing_together(0..TOGETHER, SMALL),
            "list-endpoints" => Call::new("GET", "/endpoints").asking("limit", "20"),
            "get-endpoint" => Call::new("GET", "/endpoints/{id}").of(&self.endpoint),
            "update-endpoint" => {
                Call::new("PATCH", "/endpoints/{id}").of(&self.endpoint).with(&json!({ "description": "bench" }))
            }
            "rotate-secret" => {
                let rotation = json!({ "overlapHours": 0 });
                Call::new("POST", "/endpoints/{id}/rotate-secret").of(&self.endpoint).with(&rotation)
            }
            "list-events" => Call::new("GET", "/events").asking("limit", "20"),
            "get-event" => Call::new("GET", "/events/{id}").of(&self.event),
            "list-attempts" => Call::new("GET", "/events/{id}/attempts").of(&self.event),
            "retry-event" => Call::new("POST", "/events/{id}/retry").of(&self.event).with(&retried),
            "cancel-retry" => {
                Call::new("DELETE", "/events/{id}/retry").of(&self.event).asking("endpointId", &self.endpoint)
            }
            "test-endpoint" => Call::new("POST", "/endpoints/{id}/test").of(&self.endpoint),
            "recover-endpoint" => {
                let period = json!({ "since": "2026-01-01T00:00:00Z" });
                Call::new("POST", "/endpoints/{id}/recover").of(&self.endpoint).with(&period)
            }
            "get-recovery" => {
                let path = "/endpoints/{id}/recoveries/{recoveryId}";
                Call::new("GET", path).of(&self.endpoint).naming("recoveryId", RECOVERY)
            }
            "get-stats" => Call::new("GET", "/endpoints/{id}/stats").of(&self.endpoint),
            "list-event-types" => Call::new("GET", "/event-types"),
            "get-event-type" => Call::new("GET", "/event-types/{name}").naming("name", "contract.created"),
            "put-event-type" => Call::new("PUT", "/event-types/{name}").naming("name", "contract.renewed").with(
                &json!({ "description": "Sent when a contract has been renewed.", "schema": { "type": "object" } }),
            ),
            "delete-event-type" => Call::new("DELETE", "/event-types/{name}").naming("name", "contract.closed"),
            "publish-for-tenant" => {
                let event = json!({ "type": "contract.created", "data": { "a": 1 } });
                let call = Call::new("POST", "/tenants/{tenant}/events").naming("tenant", self.rig.tenant.name());
                call.with(&event).signed()
            }
            "get-openapi" => Call::document("/openapi.json"),
            "get-portal" => Call::document("/portal"),
            other => return Err(format!("nobody knows an event for {other}").into()),
        };
        Ok(call)
    }

    /// Hands the function an event, and makes sure that it could deal with it. How long it took, in milliseconds.
    ///
    /// # Errors
    /// When it could not.
    pub async fn try_out(&self, function: &Function) -> Result<f64> {
        let answer = function.invoke(self.event_for(function.name()).await?).await?;
        match function.name() {
            "bare" => {}
            "deliver" | "tend-endpoint" | "ingest-events" => fixtures::all_done(&answer)?,
            route => judge(route, serde_json::from_slice(&answer.body)?)?,
        }
        // What it left in the queues is nobody's to deliver.
        for queue in [FIRST_ATTEMPTS, RETRIES, CHORES] {
            self.rig.stage.aws.take_messages(queue);
        }
        Ok(crate::figure::ms(answer.duration))
    }
}

/// A refusal is an answer too: what is not retrying cannot be cancelled, and what is removed not removed again. A fault is not.
fn judge(route: &str, answer: Value) -> Result<()> {
    let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or_default();
    let not_there = ["get-recovery", "delete-event-type"].contains(&route);
    if (200..500).contains(&status) && status != 400 && status != 401 && (status != 404 || not_there) {
        return Ok(());
    }
    Err(format!("{route} answered {answer}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_measured() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
        let there = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut there: Vec<_> = there.collect();
        let mut measured = FUNCTIONS.to_vec();
        there.sort();
        measured.sort_unstable();
        assert_eq!(measured, there);
    }
}
