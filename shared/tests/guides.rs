//! What docs/receivers.md shows of Rust, compiled as it stands, and run against signatures of ours. (Other languages:
//! tests/e2e/test_guides.py.)
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use rail::clock;
use rail::domain::secret::SigningSecret;
use rail::domain::signature;

#[expect(clippy::disallowed_methods, reason = "a receiver has a clock of its own")]
#[path = "guides/by_hand.rs"]
mod by_hand;
#[path = "guides/library.rs"]
mod library;

const BODY: &[u8] = br#"{"id":"evt_1"}"#;
const OTHER_BODY: &[u8] = br#"{"id":"evt_2"}"#;
const STALE: Result<(), &str> = Err("signed more than five minutes from now");
const NO_FIT: Result<(), &str> = Err("no signature fits");
const MALFORMED: Result<(), &str> = Err("a header is missing or malformed");

#[test]
fn the_guide_shows_this_code() {
    let guide = include_str!("../../docs/receivers.md");
    for code in [include_str!("guides/by_hand.rs"), include_str!("guides/library.rs")] {
        assert!(guide.contains(&format!("```rust\n{code}```")), "{code}");
    }
}

#[test]
fn a_genuine_request_passes_and_a_changed_one_does_not() {
    for secret in [generated(), plain()] {
        let headers = headers(clock::now(), std::slice::from_ref(&secret));
        assert_eq!(by_hand::verify(BODY, &headers, secret.reveal()), Ok(()));
        assert_eq!(by_hand::verify(OTHER_BODY, &headers, secret.reveal()), NO_FIT);
        assert_eq!(by_hand::verify(BODY, &headers, generated().reveal()), NO_FIT);
    }
    let secret = generated();
    let headers = headers(clock::now(), std::slice::from_ref(&secret));
    assert!(library::verify(BODY, &headers, secret.reveal()).is_ok());
    assert!(library::verify(OTHER_BODY, &headers, secret.reveal()).is_err());
    assert!(library::verify(BODY, &headers, generated().reveal()).is_err());
}

#[test]
fn either_secret_passes_while_one_is_being_replaced() {
    let secrets = [generated(), generated()];
    let headers = headers(clock::now(), &secrets);
    for secret in &secrets {
        assert_eq!(by_hand::verify(BODY, &headers, secret.reveal()), Ok(()));
        assert!(library::verify(BODY, &headers, secret.reveal()).is_ok());
    }
    assert_eq!(by_hand::verify(BODY, &headers, generated().reveal()), NO_FIT);
    assert_eq!(by_hand::verify(OTHER_BODY, &headers, secrets[0].reveal()), NO_FIT);
}

#[test]
fn five_minutes_are_tolerated_and_six_are_not() {
    let secret = generated();
    for minutes in [-6, -4, 4, 6] {
        let at = clock::now() + SignedDuration::from_mins(minutes);
        let headers = headers(at, std::slice::from_ref(&secret));
        let tolerated = minutes.abs() < 5;
        let expected = if tolerated { Ok(()) } else { STALE };
        assert_eq!(by_hand::verify(BODY, &headers, secret.reveal()), expected, "{minutes}");
        assert_eq!(library::verify(BODY, &headers, secret.reveal()).is_ok(), tolerated, "{minutes}");
    }
}

#[test]
fn a_header_that_is_missing_or_malformed_is_refused() {
    let secret = generated();
    let whole = headers(clock::now(), std::slice::from_ref(&secret));
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut headers = whole.clone();
        headers.remove(name);
        assert_eq!(by_hand::verify(BODY, &headers, secret.reveal()), MALFORMED, "{name}");
    }
    let mut headers = whole;
    headers.insert("webhook-timestamp", HeaderValue::from_static("now"));
    assert_eq!(by_hand::verify(BODY, &headers, secret.reveal()), MALFORMED);
}

#[test]
fn the_library_takes_the_base64_of_a_plain_secret() {
    use base64::Engine;
    let secret = plain();
    let headers = headers(clock::now(), std::slice::from_ref(&secret));
    let encoded = base64::engine::general_purpose::STANDARD.encode(secret.reveal());
    assert!(library::verify(BODY, &headers, &encoded).is_ok());
    assert!(library::verify(OTHER_BODY, &headers, &encoded).is_err());
}

fn generated() -> SigningSecret {
    SigningSecret::generate(clock::random_bytes())
}

fn plain() -> SigningSecret {
    SigningSecret::parse("a-plain-secret-of-mine~!").unwrap()
}

/// The headers of a request of ours, signed at this time.
fn headers(at: Timestamp, secrets: &[SigningSecret]) -> HeaderMap {
    let headers = [
        ("webhook-id", "evt_1".to_owned()),
        ("webhook-timestamp", at.as_second().to_string()),
        ("webhook-signature", signature::standard("evt_1", at, BODY, secrets)),
    ];
    headers
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap()))
        .into_iter()
        .collect()
}
