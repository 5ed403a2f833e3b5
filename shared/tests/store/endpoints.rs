//! Endpoints in their table.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use rail::clock;
use rail::domain::endpoint::{
    CustomHeaders, DisabledReason, Disabling, Endpoint, EndpointMetadata, EndpointStatus, Subscription,
};
use rail::domain::failing::Failing;
use rail::domain::id::EndpointId;
use rail::domain::keyring::{Keyring, Overlap};
use rail::domain::pace::Rate;
use rail::domain::target::TargetUrl;
use rail::sealing::SealedSecret;
use rail::store::directory::Directory;
use rail::store::endpoints::{EndpointChange, Endpoints, Opened};

use crate::{Shape, later, table, tenant};

async fn endpoints() -> Endpoints {
    let (client, name) = table(Shape::Sorted).await;
    Endpoints::new(client, name)
}

fn endpoint(tenant_name: &str) -> Endpoint {
    let now = clock::now();
    let map = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    Endpoint {
        id: EndpointId::new(now, clock::random()),
        tenant: tenant(tenant_name),
        url: TargetUrl::parse("https://example.com/hook").unwrap(),
        subscription: Subscription::try_from(vec!["contract.*".parse().unwrap()]).unwrap(),
        status: EndpointStatus::Active,
        description: Some("primary".to_owned().try_into().unwrap()),
        metadata: EndpointMetadata::try_from(map("team", "billing")).unwrap(),
        headers: CustomHeaders::try_from(map("X-Env", "prod")).unwrap(),
        rate_limit: None,
        failing: None,
        created_at: now,
        updated_at: now,
    }
}

fn sealed(byte: u8) -> SealedSecret {
    SealedSecret::from_bytes(vec![byte; 3])
}

#[tokio::test]
async fn an_endpoint_comes_back_as_it_was_put_and_no_other_tenant_finds_it() {
    let (endpoints, endpoint) = (endpoints().await, endpoint("acme"));
    endpoints.insert(&endpoint, sealed(1)).await.unwrap();
    let found = endpoints.find_with_secrets(&endpoint.tenant, endpoint.id).await.unwrap();
    assert_eq!(found, Some((endpoint.clone(), Keyring::new(sealed(1)))));

    let other = tenant("other");
    assert_eq!(endpoints.find(&other, endpoint.id).await.unwrap(), None);
    assert_eq!(endpoints.list(&other).await.unwrap(), vec![]);
    let change = EndpointChange { opened: Some(Opened::Paused), ..EndpointChange::default() };
    assert_eq!(endpoints.change(&other, endpoint.id, change, clock::now()).await.unwrap(), None);
    assert!(!endpoints.remove(&other, endpoint.id).await.unwrap());
    assert_eq!(endpoints.find(&endpoint.tenant, endpoint.id).await.unwrap(), Some(endpoint));
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_nothing_else() {
    let (endpoints, endpoint) = (endpoints().await, endpoint("acme"));
    endpoints.insert(&endpoint, sealed(1)).await.unwrap();
    let now = later();
    let rate = Rate::try_from(5).unwrap();
    let change = EndpointChange {
        opened: Some(Opened::Paused),
        description: Some(None),
        rate_limit: Some(Some(rate)),
        ..EndpointChange::default()
    };
    let changed = endpoints.change(&endpoint.tenant, endpoint.id, change, now).await.unwrap();
    let (status, rate_limit) = (EndpointStatus::Paused, Some(rate));
    let expected = Endpoint { status, description: None, rate_limit, updated_at: now, ..endpoint.clone() };
    assert_eq!(changed, Some(expected.clone()));

    let change = EndpointChange { rate_limit: Some(None), ..EndpointChange::default() };
    let changed = endpoints.change(&endpoint.tenant, endpoint.id, change, now).await.unwrap().unwrap();
    assert_eq!(changed, Endpoint { rate_limit: None, ..expected });
    let found = endpoints.find_with_secrets(&endpoint.tenant, endpoint.id).await.unwrap();
    assert_eq!(found, Some((changed, Keyring::new(sealed(1)))));
}

#[tokio::test]
async fn an_endpoint_is_disabled_once_and_for_its_first_reason_until_it_is_opened() {
    let (endpoints, endpoint) = (endpoints().await, endpoint("acme"));
    let (tenant, id) = (&endpoint.tenant, endpoint.id);
    endpoints.insert(&endpoint, sealed(1)).await.unwrap();
    let first = Disabling::new(DisabledReason::Gone, clock::now());
    let second = Disabling::new(DisabledReason::Manual, later());
    assert!(endpoints.disable(tenant, id, first).await.unwrap());
    assert!(!endpoints.disable(tenant, id, second).await.unwrap());
    let status = async || endpoints.find(tenant, id).await.unwrap().unwrap().status;
    assert_eq!(status().await, EndpointStatus::Disabled(first));

    // What is noted of another disabling is not noted of this one.
    endpoints.note_announced(tenant, id, second).await.unwrap();
    assert_eq!(status().await, EndpointStatus::Disabled(first));
    endpoints.note_announced(tenant, id, first).await.unwrap();
    assert_eq!(status().await, EndpointStatus::Disabled(Disabling { announced: true, ..first }));

    let change = EndpointChange { opened: Some(Opened::Active), ..EndpointChange::default() };
    endpoints.change(tenant, id, change, clock::now()).await.unwrap();
    assert_eq!(status().await, EndpointStatus::Active);
    assert!(endpoints.disable(tenant, id, second).await.unwrap());
    assert_eq!(status().await, EndpointStatus::Disabled(second));

    assert!(endpoints.remove(tenant, id).await.unwrap());
    assert!(!endpoints.disable(tenant, id, first).await.unwrap(), "disabling brought a removed endpoint back");
    assert_eq!(endpoints.note_exhausted(tenant, id, clock::now()).await.unwrap(), None);
    endpoints.note_recovered(tenant, id).await.unwrap();
    assert_eq!(endpoints.find(tenant, id).await.unwrap(), None);
}

#[tokio::test]
async fn an_endpoint_fails_since_its_first_exhausted_delivery_until_it_recovers() {
    let (endpoints, endpoint) = (endpoints().await, endpoint("acme"));
    let (tenant, id) = (&endpoint.tenant, endpoint.id);
    endpoints.insert(&endpoint, sealed(1)).await.unwrap();
    let since = clock::now();
    let noted = async |at| endpoints.note_exhausted(tenant, id, at).await.unwrap();
    assert_eq!(noted(since).await, Some(Failing { since, exhausted: 1 }));
    assert_eq!(noted(later()).await, Some(Failing { since, exhausted: 2 }));
    let failing = async || endpoints.find(tenant, id).await.unwrap().unwrap().failing;
    assert_eq!(failing().await, Some(Failing { since, exhausted: 2 }));
    endpoints.note_recovered(tenant, id).await.unwrap();
    assert_eq!(failing().await, None);
    let since = later();
    assert_eq!(noted(since).await, Some(Failing { since, exhausted: 1 }));
}

#[tokio::test]
async fn secrets_are_replaced_only_by_who_has_seen_them() {
    let (endpoints, endpoint) = (endpoints().await, endpoint("acme"));
    let (tenant, id) = (&endpoint.tenant, endpoint.id);
    endpoints.insert(&endpoint, sealed(1)).await.unwrap();
    let (_, first) = endpoints.find_with_secrets(tenant, id).await.unwrap().unwrap();
    let rotated = |to| first.clone().rotated(sealed(to), Overlap::default(), clock::now()).unwrap();
    let second = rotated(2);
    assert!(endpoints.replace_secrets(tenant, id, &first, &second, clock::now()).await.unwrap());
    assert!(!endpoints.replace_secrets(tenant, id, &first, &rotated(3), clock::now()).await.unwrap());
    assert_eq!(endpoints.find_with_secrets(tenant, id).await.unwrap().unwrap().1, second);
    assert_eq!(second.signing(clock::now()).cloned().collect::<Vec<_>>(), [sealed(2), sealed(1)]);
}

#[tokio::test]
async fn a_tenants_endpoints_are_listed_and_counted_oldest_first() {
    let endpoints = endpoints().await;
    let mut ids = Vec::new();
    for _ in 0..12 {
        let endpoint = endpoint("acme");
        endpoints.insert(&endpoint, sealed(1)).await.unwrap();
        ids.push(endpoint.id);
    }
    ids.sort();
    let listed: Vec<_> = endpoints.list(&tenant("acme")).await.unwrap().into_iter().map(|e| e.id).collect();
    assert_eq!(listed, ids);
    assert_eq!(endpoints.count(&tenant("acme")).await.unwrap(), 12);
}

#[tokio::test]
async fn every_change_of_who_takes_what_is_in_force_for_the_next_who_asks() {
    let endpoints = endpoints().await;
    let directory = Directory::new(endpoints.clone());
    let created = "contract.created".parse().unwrap();
    let takers = async || directory.takers(&tenant("acme")).await.unwrap().of(&created);
    let change = async |id, change| endpoints.change(&tenant("acme"), id, change, clock::now()).await.unwrap();
    assert_eq!(takers().await, vec![]);

    let (first, second) = (endpoint("acme"), endpoint("acme"));
    endpoints.insert(&first, sealed(1)).await.unwrap();
    assert_eq!(takers().await, [first.id]);
    endpoints.insert(&second, sealed(1)).await.unwrap();
    assert_eq!(takers().await.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([first.id, second.id]));
    endpoints.insert(&endpoint("other"), sealed(1)).await.unwrap();
    assert_eq!(takers().await.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([first.id, second.id]));

    let other = Subscription::try_from(vec!["kyc.*".parse().unwrap()]).unwrap();
    change(first.id, EndpointChange { subscription: Some(other), ..EndpointChange::default() }).await;
    assert_eq!(takers().await, [second.id]);
    change(second.id, EndpointChange { opened: Some(Opened::Paused), ..EndpointChange::default() }).await;
    assert_eq!(takers().await, [second.id], "what arrives for a paused endpoint is kept");
    let disabling = Disabling::new(DisabledReason::Gone, clock::now());
    endpoints.disable(&second.tenant, second.id, disabling).await.unwrap();
    assert_eq!(takers().await, vec![]);
    change(second.id, EndpointChange { opened: Some(Opened::Active), ..EndpointChange::default() }).await;
    assert_eq!(takers().await, [second.id]);
    assert!(endpoints.remove(&second.tenant, second.id).await.unwrap());
    assert_eq!(takers().await, vec![]);
}

#[tokio::test]
async fn endpoints_are_found_together_each_for_its_own_tenant() {
    let (client, name) = table(Shape::Sorted).await;
    let endpoints = Endpoints::new(client.clone(), name.clone());
    let (mine, others, broken) = (endpoint("acme"), endpoint("other"), endpoint("acme"));
    for each in [&mine, &others, &broken] {
        endpoints.insert(each, sealed(1)).await.unwrap();
    }
    let update = client.update_item().table_name(name);
    let update = update.key("pk", AttributeValue::S("TENANT#acme".to_owned()));
    let update = update
        .key("sk", AttributeValue::S(broken.id.to_string()))
        .update_expression("SET #url = :broken")
        .expression_attribute_names("#url", "url");
    update.expression_attribute_values(":broken", AttributeValue::N("1".to_owned())).send().await.unwrap();

    let wanted = [
        (tenant("acme"), mine.id),
        (tenant("acme"), mine.id),
        (tenant("other"), others.id),
        (tenant("acme"), others.id),
        (tenant("acme"), broken.id),
    ];
    let mut found = endpoints.find_many_with_secrets(wanted).await.unwrap();
    let (kept, _) = found.remove(&(tenant("acme"), mine.id)).unwrap().unwrap();
    assert_eq!(kept, mine);
    let (kept, _) = found.remove(&(tenant("other"), others.id)).unwrap().unwrap();
    assert_eq!(kept, others);
    assert!(found.remove(&(tenant("acme"), broken.id)).unwrap().is_err(), "it costs none of the others");
    assert!(found.is_empty(), "another tenant's is not found");
}
