//! Who is calling.
//!
//! Each function checks the key itself, so no route can be deployed without the check.

use std::time::{Duration, Instant};

use http::header::AUTHORIZATION;
use lambda_http::Request;

use super::error::ApiError;
use crate::clock;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::{ApiKey, KeyHash, KeySecret, Scope};
use crate::memory::Memory;
use crate::store::api_keys::ApiKeys;
use crate::store::limits::{Admission, Limits};

/// How long a key once found valid is taken for valid: so long a revoked key may go on.
const TRUST: Duration = Duration::from_secs(60);

/// The check of API keys.
#[derive(Debug)]
pub struct Gate {
    keys: ApiKeys,
    limits: Limits,
    known: Memory<KeyHash, (ApiKey, Instant)>,
    /// Until when a key is over its limit: a flood costs no writes.
    over: Memory<KeyId, Instant>,
}

impl Gate {
    /// Over these keys and their clocks.
    pub fn new(keys: ApiKeys, limits: Limits) -> Self {
        Self { keys, limits, known: Memory::default(), over: Memory::default() }
    }

    /// The tenant for which the request speaks, if its key allows `scope`.
    ///
    /// # Errors
    /// When there is no valid key, it lacks the scope, or it is over its limit.
    pub async fn authenticate(&self, request: &Request, scope: Scope) -> Result<TenantId, ApiError> {
        const MISSING: &str = "an API key is required: send `Authorization: Bearer <api key>`";
        const WRONG: &str = "this API key is not valid";
        let mut sent = request.headers().get_all(AUTHORIZATION).iter();
        let (Some(header), None) = (sent.next(), sent.next()) else {
            return Err(ApiError::Unauthorized(MISSING));
        };
        let (scheme, key) = header.to_str().ok().and_then(|value| value.split_once(' ')).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::Unauthorized(MISSING));
        }
        let hash = KeySecret::parse(key.trim()).ok_or(ApiError::Unauthorized(WRONG))?.hash();
        let key = match self.known.get(&hash) {
            Some((key, since)) if since.elapsed() < TRUST => key,
            Some(_) | None => {
                let found = self.keys.find(&hash).await?;
                let key = found.filter(|key| key.revoked_at.is_none()).ok_or(ApiError::Unauthorized(WRONG))?;
                self.known.put(hash, (key.clone(), Instant::now()));
                key
            }
        };
        if !key.allows(scope) {
            return Err(ApiError::Forbidden(scope));
        }
        self.admit(&key).await?;
        Ok(key.tenant)
    }

    /// Holds a key to its own limit, if it has one.
    async fn admit(&self, key: &ApiKey) -> Result<(), ApiError> {
        let Some(rate) = key.rate_limit else { return Ok(()) };
        let left = |until: Instant| until.checked_duration_since(Instant::now());
        if let Some(wait) = self.over.get(&key.id).and_then(left) {
            return Err(ApiError::TooMany { rate, wait });
        }
        match self.limits.admit(key.id, rate, clock::now()).await? {
            Admission::Admitted => Ok(()),
            Admission::TooMany(wait) => {
                self.over.put(key.id, Instant::now() + wait);
                Err(ApiError::TooMany { rate, wait })
            }
        }
    }
}
