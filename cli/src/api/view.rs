//! What the API answers, as far as it is used here. More fields may come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    pub id: String,
    pub url: String,
    pub events: Vec<String>,
    /// There when it is made or replaced, and never again.
    pub secret: Option<String>,
    pub status: String,
    pub disabled_reason: Option<String>,
    pub disabled_at: Option<Timestamp>,
    pub description: Option<String>,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub rate_limit: Option<u16>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An event.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub event_type: String,
    pub status: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub metadata: BTreeMap<String, Box<RawValue>>,
    /// Absent in the answer to a batch with very many.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// There where one event is read.
    pub data: Option<Box<RawValue>>,
}

/// A delivery.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub endpoint_id: String,
    pub status: String,
    pub attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    pub reason: Option<String>,
}

impl Delivery {
    /// Whether attempts are still to come by themselves.
    pub fn is_open(&self) -> bool {
        ["pending", "retrying"].contains(&self.status.as_str())
    }
}

/// An attempt.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub endpoint_id: String,
    pub number: u32,
    pub trigger: String,
    pub started_at: Timestamp,
    pub duration_ms: u32,
    pub outcome: String,
    pub response_status: Option<u16>,
    pub error: Option<String>,
    pub response_body: Option<String>,
}

/// A recovery: the job that delivers again what failed over a period.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    pub id: String,
    pub status: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub recovered: u64,
    pub skipped: u64,
}

/// What became of an endpoint's deliveries over a period.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub since: Timestamp,
    pub until: Timestamp,
    pub deliveries: Counts,
    pub attempts: AttemptCounts,
    pub success_rate: Option<f64>,
    pub latency_ms: Option<Latency>,
    pub buckets: Vec<Bucket>,
    pub complete: bool,
}

/// Deliveries by status.
#[derive(Debug, Deserialize)]
pub struct Counts {
    pub total: u64,
    pub delivered: u64,
    pub failed: u64,
    pub retrying: u64,
    pub pending: u64,
}

/// Attempts.
#[derive(Debug, Deserialize)]
pub struct AttemptCounts {
    pub total: u64,
    pub accepted: u64,
}

/// Milliseconds that answers took.
#[derive(Debug, Deserialize)]
pub struct Latency {
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub max: u64,
}

/// A part of the period.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    pub since: Timestamp,
    pub delivered: u64,
    pub failed: u64,
    pub retrying: u64,
    pub pending: u64,
    pub latency_ms: Option<Latency>,
}

/// An event type of the catalog.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventType {
    pub name: String,
    pub description: String,
    pub schema: Option<Box<RawValue>>,
    pub example: Option<Box<RawValue>>,
    pub updated_at: Option<Timestamp>,
}
