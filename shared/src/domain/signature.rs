//! Signing a request, twice, so that the verifiers people already have work.
//!
//! - Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, as `v1,<base64>`, several separated by spaces.
//! - `t=<unix>,v1=<hex>`: HMAC-SHA256 over `timestamp.body` with the secret's own characters as the key, several
//!   `v1=` one after another. The body is covered together with the time, so that an old request cannot be replayed
//!   as a new one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::secret::SigningSecret;

/// How far a request's time may lie from the verifier's, in seconds (Standard Webhooks: 5 minutes).
pub const TOLERANCE_SECONDS: u64 = 300;

/// The value of `webhook-signature`: one signature for each secret.
pub fn standard(id: &str, at: Timestamp, body: &[u8], secrets: &[SigningSecret]) -> String {
    let timestamp = at.as_second().to_string();
    let sign = |secret: &SigningSecret| {
        let mac = hmac(secret.key(), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(mac))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

/// The value of `X-IOF-Signature`: the time, and one signature for each secret.
pub fn timed(at: Timestamp, body: &[u8], secrets: &[SigningSecret]) -> String {
    let timestamp = at.as_second().to_string();
    let sign = |secret: &SigningSecret| format!(",v1={}", hex::encode(timed_mac(&timestamp, body, secret)));
    secrets.iter().map(sign).fold(format!("t={timestamp}"), |header, signature| header + &signature)
}

/// Why a request is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The header is not `t=<unix>,v1=<hex>`.
    #[error("the signature header is malformed: expected t=<unix time>,v1=<64 hexadecimal digits>")]
    Malformed,
    /// The time is too far from now.
    #[error("the request was signed more than {TOLERANCE_SECONDS} seconds from now")]
    Stale,
    /// No signature fits the body and the secret.
    #[error("no signature fits this body and secret")]
    Mismatch,
}

/// Whether `header` is a `t=,v1=` signature of `body` made with `secret` within five minutes of `now`.
pub fn verify_timed(header: &str, body: &[u8], secret: &SigningSecret, now: Timestamp) -> Result<(), VerifyError> {
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=').ok_or(VerifyError::Malformed)? {
            ("t", value) if timestamp.is_none() => timestamp = Some(value),
            ("t", _) => return Err(VerifyError::Malformed),
            ("v1", value) => signatures.push(hex::decode(value).map_err(|_| VerifyError::Malformed)?),
            _ => {} // Signatures of another scheme, for other verifiers.
        }
    }
    let timestamp = timestamp.ok_or(VerifyError::Malformed)?;
    check_time(timestamp, now)?;
    let expected = timed_mac(timestamp, body, secret);
    if signatures.iter().any(|given| expected.ct_eq(given).into()) { Ok(()) } else { Err(VerifyError::Mismatch) }
}

/// Whether `signatures` (the header `webhook-signature`) holds one that fits, made within five minutes of `now`.
pub fn verify_standard(
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    secret: &SigningSecret,
    now: Timestamp,
) -> Result<(), VerifyError> {
    check_time(timestamp, now)?;
    let expected = hmac(secret.key(), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    let fits = |signature: &str| {
        let given = signature.strip_prefix("v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
        given.is_some_and(|given| expected.ct_eq(&given).into())
    };
    if signatures.split(' ').any(fits) { Ok(()) } else { Err(VerifyError::Mismatch) }
}

fn check_time(timestamp: &str, now: Timestamp) -> Result<(), VerifyError> {
    let signed_at: i64 = timestamp.parse().map_err(|_| VerifyError::Malformed)?;
    if now.as_second().abs_diff(signed_at) > TOLERANCE_SECONDS { Err(VerifyError::Stale) } else { Ok(()) }
}

fn timed_mac(timestamp: &str, body: &[u8], secret: &SigningSecret) -> [u8; 32] {
    hmac(secret.reveal().as_bytes(), &[timestamp.as_bytes(), b".", body])
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_published_vector_of_standard_webhooks_is_met() {
        // From the specification's reference libraries.
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            standard("msg_p5jXN8AQM9LWM0D4loKWxJek", at(1_614_265_330), br#"{"test": 2432232314}"#, &[secret]);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn rfc_4231_is_met() {
        let mac = hmac(&[0x0b; 20], &[b"Hi ", b"There"]);
        assert_eq!(hex::encode(mac), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn several_secrets_give_several_signatures_and_each_verifies() {
        let secrets = [
            SigningSecret::generate([1; 32]),
            SigningSecret::parse("a plain secret!!".replace(' ', "-").as_str()).unwrap(),
        ];
        let now = at(1_700_000_000);
        let timed_header = timed(now, b"{}", &secrets);
        let standard_header = standard("evt_1", now, b"{}", &secrets);
        assert_eq!(timed_header.matches(",v1=").count(), 2);
        assert_eq!(standard_header.split(' ').count(), 2);
        for secret in &secrets {
            assert_eq!(verify_timed(&timed_header, b"{}", secret, now), Ok(()));
            assert_eq!(verify_standard("evt_1", "1700000000", &standard_header, b"{}", secret, now), Ok(()));
        }
    }

    #[test]
    fn an_old_request_and_a_malformed_header_are_refused() {
        let secret = SigningSecret::generate([1; 32]);
        let header = timed(at(1_700_000_000), b"{}", std::slice::from_ref(&secret));
        assert_eq!(verify_timed(&header, b"{}", &secret, at(1_700_000_300)), Ok(()));
        assert_eq!(verify_timed(&header, b"{}", &secret, at(1_700_000_301)), Err(VerifyError::Stale));
        assert_eq!(verify_timed(&header, b"{}", &secret, at(1_699_999_699)), Err(VerifyError::Stale));
        for wrong in ["", "t=", "v1=00", "t=1,v1=zz", "t=1,t=1,v1=00", "nonsense"] {
            assert_eq!(verify_timed(wrong, b"{}", &secret, at(1)), Err(VerifyError::Malformed), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_and_nothing_else_does(body: Vec<u8>, key: [u8; 32], flip in 0_usize..64) {
            let (secret, now) = (SigningSecret::generate(key), at(1_700_000_000));
            let header = timed(now, &body, std::slice::from_ref(&secret));
            prop_assert_eq!(verify_timed(&header, &body, &secret, now), Ok(()));

            let mut other = body.clone();
            match other.get_mut(flip) { Some(byte) => *byte ^= 1, None => other.push(0) }
            prop_assert_eq!(verify_timed(&header, &other, &secret, now), Err(VerifyError::Mismatch));
            prop_assert_eq!(verify_timed(&timed(at(1_700_000_001), &body, &[]), &body, &secret, now), Err(VerifyError::Mismatch));
        }

        #[test]
        fn no_header_makes_verifying_panic(header: String) {
            prop_assert!(verify_timed(&header, b"", &SigningSecret::generate([0; 32]), at(0)).is_err());
        }

        #[test]
        fn a_header_put_together_from_pieces_verifies_when_its_own_time_and_signature_are_among_them(
            pieces in prop::collection::vec(0_usize..8, 0..5),
        ) {
            let (secret, now) = (SigningSecret::generate([7; 32]), at(1_700_000_000));
            let genuine = timed(now, b"{}", std::slice::from_ref(&secret));
            let (time, signature) = genuine.split_once(',').unwrap();
            let other = format!("v1={}", "0".repeat(64));
            let offered = [time, signature, &other, "t=1700000001", "v0=00", "v1=", "", "v1=\u{e9}"];
            let header = pieces.iter().map(|piece| offered[*piece]).collect::<Vec<_>>().join(",");
            let count = |piece: usize| pieces.iter().filter(|given| **given == piece).count();
            let well_formed = count(0) == 1 && count(3) == 0 && count(6) == 0 && count(7) == 0;
            let verified = verify_timed(&header, b"{}", &secret, now);
            prop_assert_eq!(verified.is_ok(), well_formed && count(1) > 0, "{}: {:?}", header, verified);
        }

        #[test]
        fn nothing_else_is_a_standard_signature(id: String, time in "[+-]?[0-9]{0,20}|\\PC{0,8}", signatures in "(v1,)?[A-Za-z0-9+/= ]{0,50}") {
            let (secret, now) = (SigningSecret::generate([7; 32]), at(1_700_000_000));
            for time in [time.as_str(), "1700000000"] {
                let verified = verify_standard(&id, time, &signatures, b"body", &secret, now);
                prop_assert!(verified.is_err(), "{time}");
            }
        }
    }
}
