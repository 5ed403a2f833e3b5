//! The tables: there, and with what keeps them safe and small.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TableStatus, TimeToLiveStatus};

use super::check::Check;
use super::stack::Stack;
use crate::aws::Aws;

const DEPLOY: &str = "was it changed by hand? Deploy the template again";

/// Each table, that what is precious can be restored, and that what is old goes.
pub async fn examine(aws: &Aws, stack: &Stack) -> Vec<Check> {
    let client = Client::new(&aws.config);
    let table = |output: &str| stack.outputs.get(output).cloned();
    let mut checks = Vec::new();
    for output in ["EndpointsTable", "DeliveriesTable", "LimitsTable"] {
        // One that is not known is missed among the outputs.
        if let Some(table) = table(output) {
            checks.push(is_active(&client, output, table).await);
        }
    }
    if let Some(table) = table("EndpointsTable") {
        checks.push(can_be_restored(aws, &client, table).await);
    }
    if let Some(table) = table("DeliveriesTable") {
        checks.push(expires(aws, &client, table).await);
    }
    checks
}

async fn is_active(client: &Client, name: &str, table: String) -> Check {
    let described = match client.describe_table().table_name(table).send().await {
        Ok(described) => described.table,
        Err(error) => return Check::unseen(name, "dynamodb:DescribeTable", &error),
    };
    match described.and_then(|table| table.table_status) {
        Some(TableStatus::Active) => Check::ok(name, "active"),
        Some(TableStatus::Updating) => Check::ok(name, "active, being updated"),
        status => {
            let found = status.map_or_else(|| "of an unknown state".to_owned(), |status| status.as_str().to_owned());
            Check::failed(name, found, DEPLOY)
        }
    }
}

async fn can_be_restored(aws: &Aws, client: &Client, table: String) -> Check {
    let name = "EndpointsTable recovery";
    let described = match client.describe_continuous_backups().table_name(table).send().await {
        Ok(described) => described.continuous_backups_description,
        Err(error) => return Check::unseen(name, "dynamodb:DescribeContinuousBackups", &error),
    };
    let recovery = described.and_then(|backups| backups.point_in_time_recovery_description);
    match recovery.and_then(|recovery| recovery.point_in_time_recovery_status) {
        Some(PointInTimeRecoveryStatus::Enabled) => Check::ok(name, "to any point in time"),
        _ => off(aws, name, "point-in-time recovery is off"),
    }
}

async fn expires(aws: &Aws, client: &Client, table: String) -> Check {
    let name = "DeliveriesTable expiry";
    let described = match client.describe_time_to_live().table_name(table).send().await {
        Ok(described) => described.time_to_live_description,
        Err(error) => return Check::unseen(name, "dynamodb:DescribeTimeToLive", &error),
    };
    match described.and_then(|expiry| expiry.time_to_live_status) {
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) => Check::ok(name, "on"),
        _ => off(aws, name, "off: what is old stays, and is paid for"),
    }
}

/// What the template switches on is off. What stands in for AWS on one machine need not know it.
fn off(aws: &Aws, name: &str, found: &str) -> Check {
    if aws.is_real() { Check::failed(name, found, DEPLOY) } else { Check::warning(name, found, "on AWS it must be on") }
}
