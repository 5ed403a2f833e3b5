//! Recoveries, in the table `Deliveries`: how far each got.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{self, Item};
use super::keys;
use super::update::{Update, condition_failed};
use super::{Log, StoreError};
use crate::aws::Act;
use crate::domain::id::{EndpointId, EventId, RecoveryId, TenantId};
use crate::domain::period::Period;
use crate::domain::recovery::{Recovery, RecoveryStatus};

const WHAT: &str = "recovery";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecoveryItem {
    endpoint: EndpointId,
    period: Period,
    status: RecoveryStatus,
    reached: EventId,
    recovered: u32,
    skipped: u32,
    created_at: Timestamp,
}

impl Log {
    /// Adds a recovery that has not begun.
    pub async fn insert_recovery(&self, recovery: &Recovery) -> Result<(), StoreError> {
        let Recovery { id, tenant, endpoint, period, status, reached, recovered, skipped, created_at } =
            recovery.clone();
        let value = RecoveryItem { endpoint, period, status, reached, recovered, skipped, created_at };
        let item = item::write(WHAT, keys::recovery(&tenant, id), &value)?;
        // One that is in the way is this very one, put by an earlier try of the client of the table.
        self.put_new("put the recovery", item, recovery.expires(), created_at).await?;
        Ok(())
    }

    /// One recovery of a tenant.
    pub async fn find_recovery(
        &self,
        tenant: &TenantId,
        id: RecoveryId,
        now: Timestamp,
    ) -> Result<Option<Recovery>, StoreError> {
        let found = self.get("get the recovery", keys::recovery(tenant, id), now).await?;
        found.map(|item| read(tenant, item)).transpose()
    }

    /// Records how far a recovery got, provided that it is still where the turn began. Whether it was.
    pub async fn advance_recovery(&self, from: &Recovery, to: &Recovery) -> Result<bool, StoreError> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request.set_key(Some(keys::recovery(&to.tenant, to.id).attributes()));
        let update = Update::of(WHAT, request)
            .set("status", &to.status)?
            .set("reached", &to.reached)?
            .set("recovered", &to.recovered)?
            .set("skipped", &to.skipped)?;
        let update = update.build().condition_expression("#reached = :from AND #status.#status = :running");
        let update = update.expression_attribute_values(":from", AttributeValue::S(from.reached.to_string()));
        let update = update.expression_attribute_values(":running", AttributeValue::S("running".to_owned()));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if condition_failed(&error) => Ok(false),
            Err(error) => Err(error).act("record how far the recovery got")?,
        }
    }
}

fn read(tenant: &TenantId, item: Item) -> Result<Recovery, StoreError> {
    let id = item::sort_key(WHAT, &item)?;
    let RecoveryItem { endpoint, period, status, reached, recovered, skipped, created_at } = item::read(WHAT, item)?;
    let tenant = tenant.clone();
    Ok(Recovery { id, tenant, endpoint, period, status, reached, recovered, skipped, created_at })
}
