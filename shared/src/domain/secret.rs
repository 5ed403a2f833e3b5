//! Signing secrets.
//!
//! The internal type holds the secret and shows it to nobody: it has no `Display`, no `Serialize`, a `Debug` that
//! hides it, and it is wiped when dropped. What a client may see, once, is asked for by name.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How a secret of the Standard Webhooks form begins.
pub const PREFIX: &str = "whsec_";
/// Bytes behind a `whsec_` secret (Standard Webhooks: 24 to 64).
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Characters of any other secret.
const PLAIN_LENGTH: std::ops::RangeInclusive<usize> = 16..=256;
/// Random bytes in a secret that the rail makes.
pub const GENERATED_BYTES: usize = 32;

/// What is wrong with a signing secret. Never says the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Begins with `whsec_`, but what follows is no base64 of 24 to 64 bytes.
    #[error("begins with whsec_, so base64 of 24 to 64 bytes must follow")]
    NotBase64,
    /// Too short, too long, or not visible ASCII.
    #[error("must be whsec_ and base64 of 24 to 64 bytes, or 16 to 256 visible ASCII characters")]
    NotPlain,
}

/// A secret with which an endpoint's requests are signed.
#[derive(Clone)]
pub struct SigningSecret {
    text: Zeroizing<String>,
    key: Zeroizing<Vec<u8>>,
}

/// Takes as long whatever the secrets have in common.
impl PartialEq for SigningSecret {
    fn eq(&self, other: &Self) -> bool {
        self.text.as_bytes().ct_eq(other.text.as_bytes()).into()
    }
}

impl Eq for SigningSecret {}

impl SigningSecret {
    /// The secret made of these random bytes.
    pub fn generate(random: [u8; GENERATED_BYTES]) -> Self {
        let text = Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(random)));
        Self { text, key: Zeroizing::new(random.to_vec()) }
    }

    /// The secret that a tenant chose.
    ///
    /// A text that begins with `whsec_` must be of the Standard Webhooks form: the receiver's library will take it
    /// for that and decode it.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let key = match text.strip_prefix(PREFIX) {
            Some(encoded) => STANDARD
                .decode(encoded)
                .ok()
                .filter(|key| KEY_BYTES.contains(&key.len()))
                .ok_or(SecretError::NotBase64)?,
            None if PLAIN_LENGTH.contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic()) => {
                text.as_bytes().to_vec()
            }
            None => return Err(SecretError::NotPlain),
        };
        Ok(Self { text: Zeroizing::new(text.to_owned()), key: Zeroizing::new(key) })
    }

    /// The secret in the clear: to be sealed, or shown once to the tenant.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The key of the Standard Webhooks signature: the bytes behind `whsec_`, or the secret's own.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_generated_secret_is_one_that_a_tenant_could_have_chosen() {
        let secret = SigningSecret::generate([5; 32]);
        assert_eq!(SigningSecret::parse(secret.reveal()), Ok(secret));
    }

    #[test]
    fn a_plain_secret_is_its_own_key_and_a_whsec_one_is_decoded() {
        assert_eq!(SigningSecret::parse("correct-horse-battery").unwrap().key(), b"correct-horse-battery");
        let whsec = format!("whsec_{}", STANDARD.encode([9; 24]));
        assert_eq!(SigningSecret::parse(&whsec).unwrap().key(), [9; 24]);
    }

    #[test]
    fn weak_or_malformed_secrets_are_refused() {
        for (secret, why) in [
            (String::new(), SecretError::NotPlain),
            ("short".to_owned(), SecretError::NotPlain),
            ("x".repeat(257), SecretError::NotPlain),
            ("sixteen chars but".to_owned(), SecretError::NotPlain),
            ("sécret-sécret-sécret".to_owned(), SecretError::NotPlain),
            ("whsec_".to_owned(), SecretError::NotBase64),
            ("whsec_not base64 at all, never".to_owned(), SecretError::NotBase64),
            (format!("whsec_{}", STANDARD.encode([1; 23])), SecretError::NotBase64),
            (format!("whsec_{}", STANDARD.encode([1; 65])), SecretError::NotBase64),
        ] {
            assert_eq!(SigningSecret::parse(&secret), Err(why), "{secret}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_never_printed(text in "[!-~]{16,64}") {
            if let Ok(secret) = SigningSecret::parse(&text) {
                prop_assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
                prop_assert_eq!(secret.reveal(), text);
            }
        }

        #[test]
        fn no_text_makes_parsing_panic_or_is_told_again(text in r"(whsec_)?(\PC{0,100}|[A-Za-z0-9+/=]{0,100})") {
            match SigningSecret::parse(&text) {
                Ok(secret) => prop_assert!((16..=64).contains(&secret.key().len()) || secret.key() == text.as_bytes()),
                Err(error) => prop_assert!(text.len() < 8 || !error.to_string().contains(&text)),
            }
        }
    }
}
