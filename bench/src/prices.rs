//! What AWS charges: us-east-1, arm64, list prices of 2026-11-23, without free tiers. Source: the price page of
//! each service.
//!
//! The one place where a price stands.

/// The day on which the prices were read.
pub const DATE: &str = "2026-11-23";

/// A million requests of an HTTP API, of up to 512 KB each.
const HTTP_API: f64 = 1.00;
/// A million invocations of a function.
const LAMBDA_REQUESTS: f64 = 0.20;
/// A GB-second of a function, on arm64.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// A million write units of DynamoDB, on demand.
const WRITE_UNITS: f64 = 0.625;
/// A million read units.
const READ_UNITS: f64 = 0.125;
/// A million requests of SQS, of up to 64 KB each, with what fair queues add. Which requests the addition is for could not be
/// read anywhere; here it is for all.
const SQS_FAIR: f64 = 0.50;
/// A million requests of SQS without a message group: what the Scheduler sends.
const SQS: f64 = 0.40;
/// A million schedules that fire.
const SCHEDULER: f64 = 1.00;
/// A million requests of KMS.
const KMS: f64 = 3.00;
/// A GB of logs taken in.
const LOGS_GB: f64 = 0.50;
/// A GB sent to the internet.
const EGRESS_GB: f64 = 0.09;

/// What SQS takes for one request: 64 KB.
pub const SQS_CHUNK_BYTES: u64 = 64 * 1024;
/// What HTTP APIs take for one request: 512 KB.
pub const HTTP_API_CHUNK_BYTES: u64 = 512 * 1024;
/// What Lambda itself writes to the log about each invocation (`START`, `END`, `REPORT`), as a common one takes.
pub const PLATFORM_LOG_BYTES: u64 = 300;

const MILLION: f64 = 1e6;
const GB: f64 = 1e9;

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Requests of the HTTP API.
    pub api_requests: f64,
    /// Invocations of functions.
    pub invocations: f64,
    /// GB-seconds of functions.
    pub gb_seconds: f64,
    /// Write units of DynamoDB.
    pub write_units: f64,
    /// Read units of DynamoDB.
    pub read_units: f64,
    /// Requests of SQS: sent by functions, received and deleted for them.
    pub sqs_requests: f64,
    /// Schedules that fired.
    pub schedules: f64,
    /// Requests of KMS.
    pub kms_requests: f64,
    /// Bytes of logs.
    pub log_bytes: f64,
    /// Bytes sent to receivers.
    pub egress_bytes: f64,
}

impl Usage {
    /// What each part of it costs, in dollars.
    pub fn items(&self) -> [(&'static str, f64); 10] {
        [
            ("API", self.api_requests / MILLION * HTTP_API),
            ("invocations", self.invocations / MILLION * LAMBDA_REQUESTS),
            ("GB-seconds", self.gb_seconds * LAMBDA_GB_SECOND),
            ("writes", self.write_units / MILLION * WRITE_UNITS),
            ("reads", self.read_units / MILLION * READ_UNITS),
            ("SQS", self.sqs_requests / MILLION * SQS_FAIR),
            ("Scheduler", self.schedules / MILLION * (SCHEDULER + SQS)),
            ("KMS", self.kms_requests / MILLION * KMS),
            ("logs", self.log_bytes / GB * LOGS_GB),
            ("egress", self.egress_bytes / GB * EGRESS_GB),
        ]
    }

    /// What all of it costs, in dollars.
    pub fn total(&self) -> f64 {
        self.items().iter().map(|(_, dollars)| dollars).sum()
    }

    /// The same, were it so many times as much.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            api_requests: self.api_requests * factor,
            invocations: self.invocations * factor,
            gb_seconds: self.gb_seconds * factor,
            write_units: self.write_units * factor,
            read_units: self.read_units * factor,
            sqs_requests: self.sqs_requests * factor,
            schedules: self.schedules * factor,
            kms_requests: self.kms_requests * factor,
            log_bytes: self.log_bytes * factor,
            egress_bytes: self.egress_bytes * factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_of_each_costs_what_the_table_says() {
        let usage = Usage { api_requests: 1.0, write_units: 2.0, schedules: 1.0, ..Usage::default() };
        assert!((usage.times(1e6).total() - (1.00 + 2.0 * 0.625 + 1.40)).abs() < 1e-9);
    }
}
