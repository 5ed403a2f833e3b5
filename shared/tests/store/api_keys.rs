//! API keys in their table.

use rail::clock;
use rail::domain::id::KeyId;
use rail::domain::key::{ApiKey, KeySecret, Scope};
use rail::store::api_keys::ApiKeys;

use crate::{Shape, later, table, tenant};

#[tokio::test]
async fn an_api_key_is_found_by_its_hash_and_revoked_by_its_id() {
    let (client, name) = table(Shape::Sorted).await;
    let keys = ApiKeys::new(client, name);
    let secret = KeySecret::new(clock::random_bytes());
    let now = clock::now();
    let key = ApiKey {
        id: KeyId::new(now, clock::random()),
        tenant: tenant("acme"),
        scopes: vec![Scope::EventsPublish, Scope::EventsRead],
        rate_limit: Some(7.try_into().unwrap()),
        created_at: now,
        revoked_at: None,
    };
    keys.insert(&secret.hash(), &key).await.unwrap();
    assert_eq!(keys.find(&secret.hash()).await.unwrap(), Some(key.clone()));
    assert_eq!(keys.find(&KeySecret::new([0; 32]).hash()).await.unwrap(), None);

    let revoked = ApiKey { revoked_at: Some(now), ..key.clone() };
    assert_eq!(keys.revoke(key.id, now).await.unwrap(), Some(revoked.clone()));
    assert_eq!(keys.revoke(key.id, later()).await.unwrap(), Some(revoked.clone()), "the first revocation stands");
    assert_eq!(keys.find(&secret.hash()).await.unwrap(), Some(revoked.clone()));
    assert_eq!(keys.list().await.unwrap(), vec![revoked]);
    assert_eq!(keys.revoke(KeyId::new(now, 0), now).await.unwrap(), None);
}
