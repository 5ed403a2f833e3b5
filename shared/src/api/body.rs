//! Reading a request's body: from bytes to proven values, or an error that names the field.

use http::header::CONTENT_LENGTH;
pub use lambda_http::Body;
use lambda_http::Request;
use serde::de::DeserializeOwned;

use super::error::{ApiError, Detail};
use crate::domain::event::{MAX_DATA_BYTES, MAX_METADATA_BYTES};

/// The longest body that is read at all: an event at its largest, and room for the white space around it.
const MAX_BODY_BYTES: usize = MAX_DATA_BYTES + MAX_METADATA_BYTES + 64 * 1024;

/// The longest body of a batch of events. Lambda takes 6 MB with all that API Gateway says beside it, where each quote is two
/// bytes: some longer ones would get through, and others not.
const MAX_BATCH_BYTES: usize = 3 * 1024 * 1024;

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The body's bytes.
///
/// # Errors
/// When it is too long.
pub fn bytes(request: &Request) -> Result<&[u8], ApiError> {
    at_most(MAX_BODY_BYTES, request)
}

/// The bytes of a body with several events.
///
/// # Errors
/// When it is too long.
pub fn bytes_of_batch(request: &Request) -> Result<&[u8], ApiError> {
    at_most(MAX_BATCH_BYTES, request)
}

fn at_most(most: usize, request: &Request) -> Result<&[u8], ApiError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > most {
        return Err(ApiError::TooLarge(Detail::new("body", format!("is larger than {most} bytes"))));
    }
    if was_mended(request, bytes) {
        return Err(not_utf8());
    }
    Ok(bytes)
}

/// Whether the gateway put replacement characters in place of bytes that are not UTF-8. That makes the body longer than its
/// sender said; to go on would be to sign and deliver what nobody published.
fn was_mended(request: &Request, bytes: &[u8]) -> bool {
    let sent = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mended = || bytes.windows(REPLACEMENT.len()).any(|window| window == REPLACEMENT);
    sent.is_some_and(|sent: usize| sent != bytes.len()) && mended()
}

fn not_utf8() -> ApiError {
    ApiError::invalid("body", "is not UTF-8")
}

/// The value that the JSON of the body describes.
///
/// # Errors
/// When the body is no JSON, or not of that shape.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
    match text.trim_start().bytes().next() {
        None => return Err(ApiError::invalid("body", "is empty: expected a JSON object")),
        // The fields of an object could be given as a list, by position: nobody means that.
        Some(b'[') => return Err(ApiError::invalid("body", "must be a JSON object")),
        Some(_) => {}
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| refused(&error))?;
    deserializer.end().map_err(|error| ApiError::invalid("body", format!("is not JSON: {error}")))?;
    Ok(value)
}

/// Likewise, but an empty body describes the default.
///
/// # Errors
/// When there is a body, and it is no JSON, or not of that shape.
pub fn json_or_default<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii().is_empty() { Ok(T::default()) } else { json(bytes) }
}

fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let path = error.path().to_string();
    let inner = error.inner();
    if !inner.is_data() {
        return ApiError::invalid("body", format!("is not JSON: {inner}"));
    }
    let message = inner.to_string();
    // The parser adds where it stood, which says nothing to who built the body with a program.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // A field whose name is empty has a path that is empty too.
    let whole = path == "." || path.is_empty();
    let inside = |field: &str| if whole { field.to_owned() } else { format!("{path}.{field}") };
    match message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(field) => ApiError::invalid(inside(field), "is required"),
        None if whole => ApiError::invalid("body", message),
        None => ApiError::invalid(path, message),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::api::{EndpointPatch, NewEndpoint, NewEvent};

    fn why<T: DeserializeOwned>(body: &[u8]) -> String {
        json::<T>(body).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_the_field_and_what_to_mend() {
        let errors = [
            why::<NewEndpoint>(b""),
            why::<NewEndpoint>(b"{"),
            why::<NewEndpoint>(b"[]"),
            why::<NewEndpoint>(b"{\"url\":\"\xff\"}"),
            why::<NewEndpoint>(br#"{"url":"https://a.example/"} x"#),
            why::<NewEndpoint>(br#"{"url":5,"events":["*"]}"#),
            why::<NewEndpoint>(br#"{"events":["*"]}"#),
            why::<NewEndpoint>(br#"{"url":"https://a.example/","events":[]}"#),
            why::<NewEndpoint>(br#"{"url":"https://a.example/","events":["a.*","con*tract"]}"#),
            why::<NewEndpoint>(br#"{"url":"https://a.example/","events":["*"],"evnts":["*"]}"#),
            why::<EndpointPatch>(br#"{"status":"asleep"}"#),
            why::<NewEvent>(br#"{"type":"contract..created","data":{}}"#),
            why::<NewEvent>(br#"{"type":"contract.created"}"#),
            why::<NewEvent>(br#"{"":0,"type":"contract.created","data":{}}"#),
        ];
        insta::assert_snapshot!(errors.join("\n"));
    }

    #[test]
    fn a_body_that_a_gateway_mended_is_refused() {
        let request = |length: &str, body: &str| {
            let request = http::Request::post("/").header(CONTENT_LENGTH, length);
            request.body(Body::Text(body.to_owned())).unwrap()
        };
        assert!(bytes(&request("4", "\"\u{fffd}\"")).is_err(), "one byte that was none became three");
        assert!(bytes(&request("5", "\"\u{fffd}\"")).is_ok(), "the sender's own");
        assert!(bytes(&request("9", "\"a\"")).is_ok(), "a length alone says nothing");
    }

    #[test]
    fn a_body_may_be_left_out_where_everything_in_it_is_optional() {
        #[derive(Debug, Default, PartialEq, Deserialize)]
        struct Nothing {}
        assert_eq!(json_or_default::<Nothing>(b" ").ok(), Some(Nothing {}));
        assert!(json_or_default::<Nothing>(b"[").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(bytes: Vec<u8>) {
            prop_assert!(json::<NewEndpoint>(&bytes).is_err());
            prop_assert!(json::<NewEvent>(&bytes).is_err());
        }

        #[test]
        fn no_json_makes_a_parser_panic(
            text in r#"\{"(url|events|data|type|secret|status)":("\PC{0,8}"|[0-9]{1,30}|\[\]|\{\}|null|1e999)(,"(url|events|data|type)":("\PC{0,8}"|\[("\PC{0,4}",?){0,3}\]|\{\}|null)){0,4}\}"#
        ) {
            json::<NewEndpoint>(text.as_bytes()).map(drop).unwrap_or_default();
            json::<EndpointPatch>(text.as_bytes()).map(drop).unwrap_or_default();
            json::<NewEvent>(text.as_bytes()).map(drop).unwrap_or_default();
        }
    }
}
