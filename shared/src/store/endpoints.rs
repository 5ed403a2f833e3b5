//! Endpoints, with their sealed signing secrets, in the table `Endpoints`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{self, Item, unreadable};
use super::keys;
use super::update::{Update, condition_failed};
use crate::aws::Act;
use crate::domain::endpoint::{
    CustomHeaders, Description, DisabledReason, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use crate::domain::id::{EndpointId, TenantId};
use crate::domain::target::TargetUrl;
use crate::sealing::SealedSecret;

const WHAT: &str = "endpoint";
const SECRETS: &str = "secrets";
const SEALED: &str = "sealed";

/// The endpoints.
#[derive(Debug, Clone)]
pub struct Endpoints {
    client: Client,
    table: String,
}

/// What a `PATCH` changes; `None` leaves as it is.
#[derive(Debug, Default)]
pub struct EndpointChange {
    /// A new URL.
    pub url: Option<TargetUrl>,
    /// New patterns.
    pub subscription: Option<Subscription>,
    /// A new status.
    pub status: Option<EndpointStatus>,
    /// A new description, or none any more.
    pub description: Option<Option<Description>>,
    /// New metadata in place of the old.
    pub metadata: Option<EndpointMetadata>,
    /// New headers in place of the old.
    pub headers: Option<CustomHeaders>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusName {
    Active,
    Paused,
    Disabled,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointItem {
    url: String,
    events: Subscription,
    status: StatusName,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<DisabledReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    #[serde(default)]
    metadata: EndpointMetadata,
    #[serde(default)]
    headers: CustomHeaders,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Endpoints {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Adds an endpoint with its secret.
    pub async fn insert(&self, endpoint: &Endpoint, secret: SealedSecret) -> Result<(), StoreError> {
        let mut item = write(endpoint)?;
        let sealed = Item::from([(SEALED.to_owned(), item::blob(secret.into_bytes()))]);
        item.insert(SECRETS.to_owned(), AttributeValue::L(vec![AttributeValue::M(sealed)]));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").send().await.act("put the endpoint")?;
        Ok(())
    }

    /// One endpoint of a tenant.
    pub async fn find(&self, tenant: &TenantId, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        self.item(tenant, id).await?.map(|item| read(tenant, item)).transpose()
    }

    /// One endpoint with what its requests are signed with: for the delivery alone.
    pub async fn find_with_secrets(
        &self,
        tenant: &TenantId,
        id: EndpointId,
    ) -> Result<Option<(Endpoint, Vec<SealedSecret>)>, StoreError> {
        let Some(mut item) = self.item(tenant, id).await? else { return Ok(None) };
        let secrets = match item.remove(SECRETS) {
            Some(AttributeValue::L(secrets)) => secrets.into_iter().map(sealed).collect::<Result<Vec<_>, _>>()?,
            Some(_) | None => Vec::new(),
        };
        if secrets.is_empty() {
            return Err(unreadable(WHAT, &"it has no secret"));
        }
        Ok(Some((read(tenant, item)?, secrets)))
    }

    /// Every endpoint of a tenant, oldest first, as of this moment.
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Endpoint>, StoreError> {
        let items = self.query(tenant).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        items.act("list the endpoints")?.into_iter().map(|item| read(tenant, item)).collect()
    }

    /// How many endpoints a tenant has.
    pub async fn count(&self, tenant: &TenantId) -> Result<usize, StoreError> {
        let pages =
            self.query(tenant).select(Select::Count).into_paginator().send().collect::<Result<Vec<_>, _>>().await;
        let count: i32 = pages.act("count the endpoints")?.iter().map(|page| page.count).sum();
        Ok(count.unsigned_abs() as usize)
    }

    /// Changes an endpoint and tells what it is now; `None` when there is none.
    pub async fn change(
        &self,
        tenant: &TenantId,
        id: EndpointId,
        change: EndpointChange,
        now: Timestamp,
    ) -> Result<Option<Endpoint>, StoreError> {
        let EndpointChange { url, subscription, status, description, metadata, headers } = change;
        let mut update = Update::of(WHAT, self.update(tenant, id)).set("updatedAt", &now)?;
        if let Some(url) = url {
            update = update.set("url", &url)?;
        }
        if let Some(subscription) = subscription {
            update = update.set("events", &subscription)?;
        }
        if let Some(status) = status {
            let (name, reason) = named(status);
            update = update.set("status", &name)?.set_or_remove("disabledReason", reason.as_ref())?;
        }
        if let Some(description) = description {
            update = update.set_or_remove("description", description.as_ref())?;
        }
        if let Some(metadata) = metadata {
            update = update.set("metadata", &metadata)?;
        }
        if let Some(headers) = headers {
            update = update.set("headers", &headers)?;
        }
        let update = update.build().condition_expression("attribute_exists(pk)");
        match update.return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew).send().await {
            Ok(updated) => updated.attributes.map(|item| read(tenant, item)).transpose(),
            Err(error) if condition_failed(&error) => Ok(None),
            Err(error) => Err(error).act("change the endpoint")?,
        }
    }

    /// Disables an endpoint that is not disabled already. Whether one was.
    pub async fn disable(
        &self,
        tenant: &TenantId,
        id: EndpointId,
        reason: DisabledReason,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, reason) = named(EndpointStatus::Disabled(reason));
        let update = Update::of(WHAT, self.update(tenant, id)).set("updatedAt", &now)?;
        let update = update.set("status", &name)?.set_or_remove("disabledReason", reason.as_ref())?.build();
        match update.condition_expression("attribute_exists(pk) AND #status <> :status").send().await {
            Ok(_) => Ok(true),
            Err(error) if condition_failed(&error) => Ok(false),
            Err(error) => Err(error).act("disable the endpoint")?,
        }
    }

    /// Removes an endpoint. Whether there was one.
    pub async fn remove(&self, tenant: &TenantId, id: EndpointId) -> Result<bool, StoreError> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.set_key(Some(keys::endpoint(tenant, id).attributes()));
        match delete.condition_expression("attribute_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(error).act("delete the endpoint")?,
        }
    }

    async fn item(&self, tenant: &TenantId, id: EndpointId) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.set_key(Some(keys::endpoint(tenant, id).attributes()));
        Ok(get.send().await.act("get the endpoint")?.item)
    }

    fn query(&self, tenant: &TenantId) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query.key_condition_expression("pk = :tenant");
        query.expression_attribute_values(":tenant", AttributeValue::S(keys::endpoints_of(tenant)))
    }

    fn update(&self, tenant: &TenantId, id: EndpointId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(keys::endpoint(tenant, id).attributes()))
    }
}

fn named(status: EndpointStatus) -> (StatusName, Option<DisabledReason>) {
    match status {
        EndpointStatus::Active => (StatusName::Active, None),
        EndpointStatus::Paused => (StatusName::Paused, None),
        EndpointStatus::Disabled(reason) => (StatusName::Disabled, Some(reason)),
    }
}

fn sealed(value: AttributeValue) -> Result<SealedSecret, StoreError> {
    let sealed = match value {
        AttributeValue::M(mut secret) => secret.remove(SEALED),
        _ => None,
    };
    match sealed {
        Some(AttributeValue::B(bytes)) => Ok(SealedSecret::from_bytes(Blob::into_inner(bytes))),
        Some(_) | None => Err(unreadable(WHAT, &"it has a malformed secret")),
    }
}

fn write(endpoint: &Endpoint) -> Result<Item, StoreError> {
    let Endpoint { id, tenant, url, subscription, status, description, metadata, headers, created_at, updated_at } =
        endpoint.clone();
    let (status, disabled_reason) = named(status);
    let value = EndpointItem {
        url: url.to_string(),
        events: subscription,
        status,
        disabled_reason,
        description,
        metadata,
        headers,
        created_at,
        updated_at,
    };
    item::write(WHAT, keys::endpoint(&tenant, id), &value)
}

fn read(tenant: &TenantId, item: Item) -> Result<Endpoint, StoreError> {
    let id = item::sort_key(WHAT, &item)?;
    let stored: EndpointItem = item::read(WHAT, item)?;
    let status = match (stored.status, stored.disabled_reason) {
        (StatusName::Active, _) => EndpointStatus::Active,
        (StatusName::Paused, _) => EndpointStatus::Paused,
        (StatusName::Disabled, Some(reason)) => EndpointStatus::Disabled(reason),
        (StatusName::Disabled, None) => return Err(unreadable(WHAT, &"it is disabled without a reason")),
    };
    Ok(Endpoint {
        id,
        tenant: tenant.clone(),
        url: TargetUrl::parse(&stored.url).map_err(|error| unreadable(WHAT, &error))?,
        subscription: stored.events,
        status,
        description: stored.description,
        metadata: stored.metadata,
        headers: stored.headers,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}
