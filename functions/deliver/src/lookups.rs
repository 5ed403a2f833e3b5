//! What the messages of a batch have to look up, read for all of them at once: a batch for ten endpoints costs two calls, not
//! twenty.
//!
//! An item that cannot be read costs its own messages, and none of the others. An endpoint is read together with the delivery, so
//! it may have changed by the time that the delivery is recorded, as at any other time: whoever records a delivery as held looks at
//! its endpoint again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures::future::join;
use rail::clock;
use rail::domain::delivery::Delivery;
use rail::domain::id::{EndpointId, EventId, TenantId};
use rail::queue::Message;
use rail::store::StoreError;
use rail::store::endpoints::WithSecrets;

use crate::Deliver;
use crate::message::Received;

/// What was found.
pub struct Lookups {
    endpoints: Found<(TenantId, EndpointId), WithSecrets>,
    deliveries: Found<(EndpointId, EventId), Delivery>,
}

/// What was found under each key; or why there was nothing to be found.
type Found<K, V> = Result<HashMap<K, Result<Arc<V>, Arc<StoreError>>>, Arc<StoreError>>;

impl Lookups {
    /// Reads for these messages.
    pub async fn read(app: &Deliver, received: &[Received]) -> Self {
        let messages = received.iter().filter_map(Received::message);
        let endpoints = messages.map(|message| (message.tenant.clone(), message.endpoint));
        let to_be_read = received.iter().filter(|received| received.is_to_be_read()).filter_map(Received::message);
        let deliveries = to_be_read.map(|message| (message.endpoint, message.event));
        // Collected: the future of the batch cannot hold the closures.
        let (endpoints, deliveries): (Vec<_>, Vec<_>) = (endpoints.collect(), deliveries.collect());
        let (endpoints, deliveries) =
            join(app.endpoints.find_many_with_secrets(endpoints), app.log.find_each_delivery(deliveries, clock::now()))
                .await;
        Self { endpoints: shared(endpoints), deliveries: shared(deliveries) }
    }

    /// The message's endpoint, if it is there.
    pub fn endpoint(&self, of: &Delivery) -> Result<Option<Arc<WithSecrets>>, Arc<StoreError>> {
        find(&self.endpoints, &(of.tenant.clone(), of.endpoint))
    }

    /// The message's delivery, if it has an item.
    pub fn delivery(&self, of: &Message) -> Result<Option<Arc<Delivery>>, Arc<StoreError>> {
        let found = find(&self.deliveries, &(of.endpoint, of.event))?;
        Ok(found.filter(|delivery| delivery.tenant == of.tenant))
    }
}

fn shared<K: Eq + Hash, V>(found: Result<HashMap<K, Result<V, StoreError>>, StoreError>) -> Found<K, V> {
    let each = |(key, value): (K, Result<V, StoreError>)| (key, value.map(Arc::new).map_err(Arc::new));
    Ok(found?.into_iter().map(each).collect())
}

fn find<K: Eq + Hash, V>(found: &Found<K, V>, key: &K) -> Result<Option<Arc<V>>, Arc<StoreError>> {
    found.as_ref().map_err(Arc::clone)?.get(key).cloned().transpose()
}
