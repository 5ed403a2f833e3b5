//! Signing secrets, sealed with KMS.
//!
//! Each is bound to its tenant and endpoint by the encryption context: a sealed secret that is copied to another endpoint
//! does not open. Create and rotate may only seal, the delivery may only open.

use std::collections::HashMap;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use zeroize::Zeroizing;

use crate::aws::{Act, AwsError};
use crate::domain::id::{EndpointId, TenantId};
use crate::domain::secret::SigningSecret;
use crate::memory::Memory;

/// A signing secret that only the delivery can open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// As it lies in the table.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// To be put into the table.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The key that seals.
#[derive(Debug, Clone)]
pub struct Sealer {
    client: Client,
    key_id: String,
}

impl Sealer {
    /// With this KMS key.
    pub fn new(client: Client, key_id: String) -> Self {
        Self { client, key_id }
    }

    /// The secret, sealed for this endpoint of this tenant.
    pub async fn seal(
        &self,
        tenant: &TenantId,
        endpoint: EndpointId,
        secret: &SigningSecret,
    ) -> Result<SealedSecret, AwsError> {
        let encrypt = self.client.encrypt().key_id(&self.key_id).plaintext(Blob::new(secret.reveal().as_bytes()));
        let sealed = encrypt.set_encryption_context(Some(context(tenant, endpoint))).send().await;
        let sealed = sealed.act("seal the signing secret")?.ciphertext_blob;
        let sealed = sealed.ok_or("KMS answered without a ciphertext").act("seal the signing secret")?;
        Ok(SealedSecret(sealed.into_inner()))
    }
}

/// A sealed secret, and what it is bound to.
type Bound = (TenantId, EndpointId, SealedSecret);

/// The key that opens. It remembers what it has opened: each opening costs more than all else of a delivery.
#[derive(Debug)]
pub struct Opener {
    client: Client,
    key_id: String,
    opened: Memory<Bound, SigningSecret>,
}

impl Opener {
    /// With this KMS key.
    pub fn new(client: Client, key_id: String) -> Self {
        Self { client, key_id, opened: Memory::default() }
    }

    /// The secret that was sealed for this endpoint of this tenant.
    pub async fn open(
        &self,
        tenant: &TenantId,
        endpoint: EndpointId,
        sealed: &SealedSecret,
    ) -> Result<SigningSecret, AwsError> {
        let bound = (tenant.clone(), endpoint, sealed.clone());
        if let Some(secret) = self.opened.get(&bound) {
            return Ok(secret);
        }
        let secret = self.decrypt(&bound).await?;
        self.opened.put(bound, secret.clone());
        Ok(secret)
    }

    async fn decrypt(&self, (tenant, endpoint, sealed): &Bound) -> Result<SigningSecret, AwsError> {
        const ACT: &str = "open the signing secret";
        let decrypt = self.client.decrypt().key_id(&self.key_id).ciphertext_blob(Blob::new(sealed.0.clone()));
        let opened = decrypt.set_encryption_context(Some(context(tenant, *endpoint))).send().await.act(ACT)?.plaintext;
        let opened = Zeroizing::new(opened.ok_or("KMS answered without a plaintext").act(ACT)?.into_inner());
        let text = std::str::from_utf8(&opened).act(ACT)?;
        SigningSecret::parse(text).act(ACT)
    }
}

fn context(tenant: &TenantId, endpoint: EndpointId) -> HashMap<String, String> {
    HashMap::from([("tenant".to_owned(), tenant.to_string()), ("endpoint".to_owned(), endpoint.to_string())])
}
