//! API keys: who calls, and what they may do.
//!
//! A key is 32 random bytes, shown once; the rail keeps its SHA-256 alone. It carries the tenant it speaks for
//! and its scopes.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::id::{KeyId, TenantId};
use super::pace::Rate;

/// How every API key begins, so that scanners of leaked secrets can know one.
const PREFIX: &str = "rail_";
const BYTES: usize = 32;

/// Something that a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read endpoints.
    #[serde(rename = "endpoints:read")]
    EndpointsRead,
    /// Create, change and remove endpoints.
    #[serde(rename = "endpoints:write")]
    EndpointsWrite,
    /// Publish events.
    #[serde(rename = "events:publish")]
    EventsPublish,
    /// Read events, deliveries and attempts.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Retry deliveries.
    #[serde(rename = "events:write")]
    EventsWrite,
    /// Change the catalog of event types. It is the same for all tenants, so `admin` does not include this.
    #[serde(rename = "event-types:write")]
    EventTypesWrite,
    /// Everything that concerns the tenant alone.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 7] = [
        Self::EndpointsRead,
        Self::EndpointsWrite,
        Self::EventsPublish,
        Self::EventsRead,
        Self::EventsWrite,
        Self::EventTypesWrite,
        Self::Admin,
    ];

    /// The scope's name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EndpointsRead => "endpoints:read",
            Self::EndpointsWrite => "endpoints:write",
            Self::EventsPublish => "events:publish",
            Self::EventsRead => "events:read",
            Self::EventsWrite => "events:write",
            Self::EventTypesWrite => "event-types:write",
            Self::Admin => "admin",
        }
    }
}

impl Scope {
    /// Whether it allows another besides itself.
    const fn includes(self, other: Self) -> bool {
        matches!(self, Self::Admin) && !matches!(other, Self::EventTypesWrite)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no scope: expected endpoints:read, endpoints:write, events:publish, events:read, events:write, event-types:write or admin"
)]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// The key itself, as its holder sends it. Never stored, never logged.
pub struct KeySecret(Zeroizing<String>);

impl KeySecret {
    /// The key made of these random bytes.
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random))))
    }

    /// The key that a caller sent, or `None` for what was never a key.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() == BYTES).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// What the rail keeps of it: the SHA-256 in hexadecimal.
    ///
    /// The key has 256 bits of entropy, so a plain hash cannot be searched; and since a key is looked up by its
    /// hash, nothing secret is ever compared.
    pub fn hash(&self) -> KeyHash {
        KeyHash(hex::encode(Sha256::digest(self.0.as_bytes())))
    }

    /// The key in the clear, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// The SHA-256 of a key, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl KeyHash {
    /// The 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the rail knows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The name by which operators speak of it.
    pub id: KeyId,
    /// The tenant it speaks for.
    pub tenant: TenantId,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// How many requests a second it allows at most.
    pub rate_limit: Option<Rate>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the key allows what `scope` names.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|held| *held == scope || held.includes(scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_again_by_its_hash_alone() {
        let key = KeySecret::new([7; 32]);
        let again = KeySecret::parse(key.reveal()).unwrap();
        assert_eq!(key.hash(), again.hash());
        assert_eq!(format!("{key:?}"), "KeySecret(…)");
    }

    #[test]
    fn what_was_never_a_key_is_not_looked_up() {
        for wrong in ["", "rail_", "rail_AAAA", "sk_live_1", "rail_!", &format!("rail_{}", "A".repeat(44))] {
            assert!(KeySecret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn admin_allows_everything_of_its_tenant_and_others_themselves_alone() {
        let key = |scopes: &[Scope]| ApiKey {
            id: KeyId::new(Timestamp::UNIX_EPOCH, 0),
            tenant: "t".parse().unwrap(),
            scopes: scopes.to_vec(),
            rate_limit: None,
            created_at: Timestamp::UNIX_EPOCH,
            revoked_at: None,
        };
        let beyond: Vec<_> = Scope::ALL.into_iter().filter(|scope| !key(&[Scope::Admin]).allows(*scope)).collect();
        assert_eq!(beyond, [Scope::EventTypesWrite]);
        assert!(key(&[Scope::EventTypesWrite]).allows(Scope::EventTypesWrite));
        assert!(key(&[Scope::EventsRead]).allows(Scope::EventsRead));
        assert!(!key(&[Scope::EventsRead]).allows(Scope::EventsWrite));
        assert!(!key(&[]).allows(Scope::EventsRead));
    }

    #[test]
    fn every_scope_is_read_by_the_name_it_prints() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{scope}\""));
        }
    }
}
