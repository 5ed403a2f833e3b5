//! Endpoints, with their sealed signing secrets, in the table `Endpoints`.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, Select};
use jiff::Timestamp;
use serde::Deserialize;

use super::StoreError;
use super::endpoint_item::{self, ANNOUNCED, DISABLED_AT, EXHAUSTED, FAILING_SINCE, SECRETS, WHAT, named};
use super::item::{self, Item, unreadable};
use super::keys;
use super::table::get_many;
use super::update::{Update, condition_failed};
use crate::aws::Act;
use crate::domain::endpoint::{
    CustomHeaders, Description, Disabling, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use crate::domain::failing::Failing;
use crate::domain::id::{EndpointId, TenantId};
use crate::domain::keyring::Keyring;
use crate::domain::pace::Rate;
use crate::domain::target::TargetUrl;
use crate::sealing::SealedSecret;

/// The endpoints.
#[derive(Debug, Clone)]
pub struct Endpoints {
    client: Client,
    table: String,
}

/// An endpoint, and what its requests are signed with.
pub type WithSecrets = (Endpoint, Keyring<SealedSecret>);

/// What a `PATCH` changes; `None` leaves as it is.
#[derive(Debug, Default)]
pub struct EndpointChange {
    /// A new URL.
    pub url: Option<TargetUrl>,
    /// New patterns.
    pub subscription: Option<Subscription>,
    /// Open again: active, or paused. Disabling is an act of its own.
    pub opened: Option<Opened>,
    /// A new description, or none any more.
    pub description: Option<Option<Description>>,
    /// New metadata in place of the old.
    pub metadata: Option<EndpointMetadata>,
    /// New headers in place of the old.
    pub headers: Option<CustomHeaders>,
    /// A new rate limit, or none any more.
    pub rate_limit: Option<Option<Rate>>,
}

/// How an endpoint is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It takes events.
    Active,
    /// What arrives for it is kept.
    Paused,
}

/// Which edition of a tenant's endpoints is in force. Another comes with each change of what they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Edition(u64);

/// The attribute that holds it.
const EDITION: &str = "edition";

impl Endpoints {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Adds an endpoint with its secret.
    pub async fn insert(&self, endpoint: &Endpoint, secret: SealedSecret) -> Result<(), StoreError> {
        let mut item = endpoint_item::write(endpoint)?;
        item.insert(SECRETS.to_owned(), endpoint_item::write_secrets(&Keyring::new(secret)));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").send().await.act("put the endpoint")?;
        self.renew_edition(&endpoint.tenant).await
    }

    /// The edition of a tenant's endpoints; none before the first change.
    pub async fn edition(&self, tenant: &TenantId) -> Result<Option<Edition>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.set_key(Some(keys::edition(tenant).attributes()));
        let item = get.send().await.act("get the edition of the endpoints")?.item;
        item.map(|mut item| read_edition(item::take(EDITION, &mut item, EDITION)?)).transpose()
    }

    /// Has everybody read the tenant's endpoints again: after each change of what they take, also one that finds itself made
    /// already, because whoever made it may have got no further.
    pub async fn renew_edition(&self, tenant: &TenantId) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request.set_key(Some(keys::edition(tenant).attributes()));
        Update::of(EDITION, request).add(EDITION, 1).build().send().await.act("renew the edition of the endpoints")?;
        Ok(())
    }

    /// One endpoint of a tenant.
    pub async fn find(&self, tenant: &TenantId, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        self.item(tenant, id).await?.map(|item| endpoint_item::read(tenant, item)).transpose()
    }

    /// One endpoint with what its requests are signed with: for the delivery and the rotation alone.
    pub async fn find_with_secrets(
        &self,
        tenant: &TenantId,
        id: EndpointId,
    ) -> Result<Option<WithSecrets>, StoreError> {
        self.item(tenant, id).await?.map(|item| read_with_secrets(tenant, item)).transpose()
    }

    /// These endpoints with what their requests are signed with, in any order: for the delivery alone. One that is not there
    /// is left out; one that cannot be read is an error of its own.
    pub async fn find_many_with_secrets(
        &self,
        wanted: impl IntoIterator<Item = (TenantId, EndpointId)>,
    ) -> Result<HashMap<(TenantId, EndpointId), Result<WithSecrets, StoreError>>, StoreError> {
        let mut wanted: HashMap<_, _> = wanted.into_iter().map(|of| (keys::endpoint(&of.0, of.1), of)).collect();
        let keys = wanted.keys().cloned().collect();
        let items = get_many((&self.client, &self.table), "get the endpoints", keys, None).await?;
        let asked = |item: Item| Some((wanted.remove(&item::key(&item)?)?, item));
        let found = items.into_iter().filter_map(asked);
        Ok(found.map(|(of, item)| (of.clone(), read_with_secrets(&of.0, item))).collect())
    }

    /// Every endpoint of a tenant, oldest first, as of this moment.
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Endpoint>, StoreError> {
        let items = self.query(tenant).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        items.act("list the endpoints")?.into_iter().map(|item| endpoint_item::read(tenant, item)).collect()
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
        let EndpointChange { url, subscription, opened, description, metadata, headers, rate_limit } = change;
        let takes_other = subscription.is_some() || opened.is_some();
        let mut update = self.update(tenant, id).set("updatedAt", &now)?;
        if let Some(url) = url {
            update = update.set("url", &url)?;
        }
        if let Some(subscription) = subscription {
            update = update.set("events", &subscription)?;
        }
        if let Some(opened) = opened {
            let status = match opened {
                Opened::Active => EndpointStatus::Active,
                Opened::Paused => EndpointStatus::Paused,
            };
            let (name, _) = named(status);
            // A new beginning: what it failed before is forgotten.
            update = update.set("status", &name)?.remove("disabledReason").remove(DISABLED_AT).remove(ANNOUNCED);
            update = update.remove(FAILING_SINCE).remove(EXHAUSTED);
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
        if let Some(rate_limit) = rate_limit {
            update = update.set_or_remove("rateLimit", rate_limit.as_ref())?;
        }
        let request = update.build().return_values(ReturnValue::AllNew);
        let changed = sent("change the endpoint", request.condition_expression("attribute_exists(pk)")).await?;
        if takes_other {
            self.renew_edition(tenant).await?;
        }
        changed.and_then(|output| output.attributes).map(|item| endpoint_item::read(tenant, item)).transpose()
    }

    /// Disables an endpoint that is not disabled already. Whether it was this that did.
    pub async fn disable(&self, tenant: &TenantId, id: EndpointId, disabling: Disabling) -> Result<bool, StoreError> {
        let (name, reason) = named(EndpointStatus::Disabled(disabling));
        let update = self.update(tenant, id).set("updatedAt", &disabling.at)?.set(DISABLED_AT, &disabling.at)?;
        let update = update.set("status", &name)?.set_or_remove("disabledReason", reason.as_ref())?;
        let update = update.set(ANNOUNCED, &disabling.announced)?.build();
        let request = update.condition_expression("attribute_exists(pk) AND #status <> :status");
        let disabled = sent("disable the endpoint", request).await?.is_some();
        self.renew_edition(tenant).await?;
        Ok(disabled)
    }

    /// Notes that the tenant's other endpoints were told of a disabling.
    pub async fn note_announced(
        &self,
        tenant: &TenantId,
        id: EndpointId,
        disabling: Disabling,
    ) -> Result<(), StoreError> {
        let update = self.update(tenant, id).set(ANNOUNCED, &true)?.build();
        let at = AttributeValue::S(disabling.at.to_string());
        let request = update.condition_expression("disabledAt = :at").expression_attribute_values(":at", at);
        sent("note the announcement", request).await?;
        Ok(())
    }

    /// Notes that the retries of one of its deliveries are exhausted; tells how it fails by now, if it is still there.
    pub async fn note_exhausted(
        &self,
        tenant: &TenantId,
        id: EndpointId,
        now: Timestamp,
    ) -> Result<Option<Failing>, StoreError> {
        let update = self.update(tenant, id).set_if_absent(FAILING_SINCE, &now)?.add(EXHAUSTED, 1).build();
        let request = update.condition_expression("attribute_exists(pk)").return_values(ReturnValue::UpdatedNew);
        let updated = sent("note the exhausted delivery", request).await?.and_then(|output| output.attributes);
        Ok(updated.map(endpoint_item::read_failing).transpose()?.flatten())
    }

    /// Notes that it accepts again.
    pub async fn note_recovered(&self, tenant: &TenantId, id: EndpointId) -> Result<(), StoreError> {
        let request = self.update(tenant, id).remove(FAILING_SINCE).remove(EXHAUSTED).build();
        sent("note the recovery", request.condition_expression("attribute_exists(pk)")).await?;
        Ok(())
    }

    /// Puts other secrets in the place of those seen. Whether they were still there.
    pub async fn replace_secrets(
        &self,
        tenant: &TenantId,
        id: EndpointId,
        seen: &Keyring<SealedSecret>,
        next: &Keyring<SealedSecret>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self.update(tenant, id).set("updatedAt", &now)?;
        let update = update.set_raw(SECRETS, endpoint_item::write_secrets(next)).build();
        let request = update.condition_expression("#secrets = :seen");
        let request = request.expression_attribute_values(":seen", endpoint_item::write_secrets(seen));
        Ok(sent("replace the secrets", request).await?.is_some())
    }

    /// Removes an endpoint. Whether there was one.
    pub async fn remove(&self, tenant: &TenantId, id: EndpointId) -> Result<bool, StoreError> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.set_key(Some(keys::endpoint(tenant, id).attributes()));
        let removed = match delete.condition_expression("attribute_exists(pk)").send().await {
            Ok(_) => true,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => false,
            Err(error) => return Err(error).act("delete the endpoint")?,
        };
        self.renew_edition(tenant).await?;
        Ok(removed)
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

    fn update(&self, tenant: &TenantId, id: EndpointId) -> Update {
        let request = self.client.update_item().table_name(&self.table);
        Update::of(WHAT, request.set_key(Some(keys::endpoint(tenant, id).attributes())))
    }
}

fn read_with_secrets(tenant: &TenantId, mut item: Item) -> Result<WithSecrets, StoreError> {
    let secrets = endpoint_item::read_secrets(item.remove(SECRETS))?;
    Ok((endpoint_item::read(tenant, item)?, secrets))
}

fn read_edition(value: AttributeValue) -> Result<Edition, StoreError> {
    serde_dynamo::from_attribute_value(value).map_err(|error| unreadable(EDITION, &error))
}

/// What the request answers; none when its condition did not hold.
async fn sent(act: &'static str, request: UpdateItemFluentBuilder) -> Result<Option<UpdateItemOutput>, StoreError> {
    match request.send().await {
        Ok(output) => Ok(Some(output)),
        Err(error) if condition_failed(&error) => Ok(None),
        Err(error) => Err(error).act(act)?,
    }
}
