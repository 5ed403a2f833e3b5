//! Who is calling.
//!
//! Each function checks the key itself, so no route can be deployed without the check.

use std::time::{Duration, Instant};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use super::error::ApiError;
use crate::clock;
use crate::domain::id::{KeyId, TenantId};
use crate::domain::key::{ApiKey, KeyHash, KeySecret, Scope};
use crate::memory::Memory;
use crate::store::api_keys::ApiKeys;
use crate::store::limits::{Admission, Limits};

/// How long a key once found valid is taken for valid: so long a revoked key may go on.
const TRUST: Duration = Duration::from_secs(60);

const MISSING: &str = "an API key is required: send `Authorization: Bearer <api key>`";
const WRONG: &str = "this API key is not valid";
const UNSIGNED: &str = "this route takes requests that are signed with AWS credentials (SigV4)";

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
        let key = self.key_of(request).await?;
        if !key.allows(scope) {
            return Err(ApiError::Forbidden(scope));
        }
        self.admit(&key).await?;
        Ok(key.tenant)
    }

    /// The tenant for which the request speaks, whatever its key allows.
    ///
    /// # Errors
    /// When there is no valid key, or it is over its limit.
    pub async fn identify(&self, request: &Request) -> Result<TenantId, ApiError> {
        let key = self.key_of(request).await?;
        self.admit(&key).await?;
        Ok(key.tenant)
    }

    async fn key_of(&self, request: &Request) -> Result<ApiKey, ApiError> {
        let hash = sent_key(request.headers())?.hash();
        if let Some(key) = self.known.believed(&hash, TRUST) {
            return Ok(key);
        }
        let found = self.keys.find(&hash).await?;
        let key = found.filter(|key| key.revoked_at.is_none()).ok_or(ApiError::Unauthorized(WRONG))?;
        self.known.learn(hash, key.clone());
        Ok(key)
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

/// Who signed the request with AWS credentials, as API Gateway has checked them: an ARN. A route that is deployed without that
/// check serves nobody.
///
/// # Errors
/// When API Gateway names nobody.
pub fn signer(request: &Request) -> Result<String, ApiError> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return Err(ApiError::Unauthorized(UNSIGNED));
    };
    let iam = context.authorizer.as_ref().and_then(|authorizer| authorizer.iam.as_ref());
    iam.and_then(|iam| iam.user_arn.clone()).ok_or(ApiError::Unauthorized(UNSIGNED))
}

/// The one key that the headers carry. No error says anything of it.
fn sent_key(headers: &HeaderMap) -> Result<KeySecret, ApiError> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (sent.next(), sent.next()) else {
        return Err(ApiError::Unauthorized(MISSING));
    };
    let (scheme, key) = header.to_str().ok().and_then(|value| value.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::Unauthorized(MISSING));
    }
    KeySecret::parse(key.trim()).ok_or(ApiError::Unauthorized(WRONG))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let values = values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok());
        values.map(|value| (AUTHORIZATION, value)).collect()
    }

    proptest! {
        #[test]
        fn no_header_is_taken_for_a_key_but_a_key(
            value in prop::collection::vec(any::<u8>(), 0..60),
            text in "(Bearer|bearer|Basic|)[ \t]{0,2}(rail_)?[A-Za-z0-9_=+/-]{0,50}",
        ) {
            for value in [value.as_slice(), text.as_bytes()] {
                if let Ok(key) = sent_key(&headers(&[value])) {
                    let (scheme, rest) = text.split_once(' ').unwrap();
                    prop_assert!(scheme.eq_ignore_ascii_case("bearer"));
                    prop_assert_eq!(rest.trim(), key.reveal());
                    prop_assert_eq!(key.reveal().len(), "rail_".len() + 43);
                }
            }
        }

        #[test]
        fn a_key_is_found_behind_its_scheme_and_not_beside_another(random: [u8; 32], scheme in "[bB][eE][aA][rR][eE][rR]") {
            let key = KeySecret::new(random);
            let header = format!("{scheme} {}", key.reveal());
            let found = sent_key(&headers(&[header.as_bytes()])).unwrap();
            prop_assert_eq!(found.reveal(), key.reveal());
            prop_assert!(sent_key(&headers(&[header.as_bytes(), header.as_bytes()])).is_err());
        }
    }
}
