//! A tenant of the bench: an API key in the table, and the requests that its holder makes.

use hyper::body::Bytes;
use rail::domain::id::KeyId;
use rail::domain::key::{KeySecret, Scope};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::aws::FakeAws;
use crate::fixtures::{self, Call};
use crate::function::Function;
use crate::settings::ENDPOINTS_TABLE;

/// Someone who publishes and receives.
#[derive(Debug, Clone)]
pub struct Tenant {
    name: String,
    key: String,
}

impl Tenant {
    /// A tenant of this name, whose API key allows everything.
    ///
    /// # Errors
    /// When there can be no such key.
    pub fn seed(aws: &FakeAws, name: &str) -> Result<Self> {
        let secret = KeySecret::new(Sha256::digest(name).into());
        let created_at = rail::clock::now();
        let item = json!({
            "pk": { "S": format!("KEY#{}", secret.hash().as_str()) },
            "sk": { "S": "KEY" },
            "id": { "S": KeyId::new(created_at, 0).to_string() },
            "tenant": { "S": name },
            "scopes": { "L": [{ "S": Scope::Admin.as_str() }, { "S": Scope::EventTypesWrite.as_str() }] },
            "createdAt": { "S": created_at.to_string() },
            "revokedAt": { "NULL": true },
        });
        aws.seed(ENDPOINTS_TABLE, item);
        Ok(Self { name: name.to_owned(), key: secret.reveal().to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The event of this request, made by the tenant.
    pub fn event(&self, call: &Call) -> Bytes {
        call.event(&self.key)
    }

    /// Registers an endpoint through the function that does so. Its id.
    ///
    /// # Errors
    /// When it is not registered.
    pub async fn create_endpoint(&self, create: &Function, url: &str, patterns: &[&str]) -> Result<String> {
        let answer = create.invoke(self.event(&creating(url, patterns))).await?;
        fixtures::text(&fixtures::answered(&answer, &[201])?, "id")
    }
}

/// The request that registers an endpoint.
pub fn creating(url: &str, patterns: &[&str]) -> Call {
    Call::new("POST", "/endpoints").with(&json!({ "url": url, "events": patterns }))
}
