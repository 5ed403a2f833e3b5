//! `GET /portal`: the web page of the rail, for whoever asks; what it shows takes an API key.
//!
//! The page is one file with all that it needs inside. It may talk to its own host alone, and nobody may frame it.

use std::sync::Arc;

use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use rail::api::{ApiError, Document, Request};

/// As `make portal` built it: plain, and compressed.
const PAGE: &str = include_str!("../../../portal/dist/index.html");
const GZIP: &[u8] = include_bytes!("../../../portal/dist/index.html.gz");
const BROTLI: &[u8] = include_bytes!("../../../portal/dist/index.html.br");
/// The policy that lets this page's own script and style run, and no other.
const POLICY: &str = include_str!("../../../portal/dist/csp.txt");

const HTML: &str = "text/html; charset=utf-8";
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The route.
///
/// # Errors
/// Never.
pub async fn get_portal(_: Arc<()>, request: Request) -> Result<Document, ApiError> {
    let page = match Encoding::of(&request) {
        Encoding::Brotli => Document::bytes(HTML, BROTLI).with(CONTENT_ENCODING, "br"),
        Encoding::Gzip => Document::bytes(HTML, GZIP).with(CONTENT_ENCODING, "gzip"),
        Encoding::Plain => Document::text(HTML, PAGE),
    };
    Ok(page
        .with(CONTENT_SECURITY_POLICY, POLICY.trim_ascii_end())
        .with(REFERRER_POLICY, "no-referrer")
        .with(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with(OPENER_POLICY, "same-origin")
        .with(VARY, "accept-encoding"))
}

/// How the page is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The shortest that the client takes (RFC 9110, 12.5.3).
    fn of(request: &Request) -> Self {
        let accepted = request.headers().get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let codings: Vec<_> = accepted.flat_map(|value| value.split(',')).filter_map(taken).collect();
        let takes = |name: &str| codings.iter().any(|coding| coding.eq_ignore_ascii_case(name));
        if takes("br") {
            Self::Brotli
        } else if takes("gzip") {
            Self::Gzip
        } else {
            Self::Plain
        }
    }
}

/// The coding that a part of the header names, unless it says that it is not taken (`q=0`).
fn taken(part: &str) -> Option<&str> {
    let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
    weight.is_none_or(|weight| weight > 0.0).then_some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(accepted: Option<&str>) -> Encoding {
        let request = http::Request::get("/portal");
        let request = accepted.into_iter().fold(request, |request, accepted| request.header(ACCEPT_ENCODING, accepted));
        Encoding::of(&request.body(rail::api::Body::Empty).unwrap())
    }

    #[test]
    fn the_page_is_sent_as_short_as_the_client_takes_it() {
        assert_eq!(encoding(None), Encoding::Plain);
        assert_eq!(encoding(Some("gzip, deflate, br, zstd")), Encoding::Brotli);
        assert_eq!(encoding(Some("GZIP;q=0.5, identity")), Encoding::Gzip);
        assert_eq!(encoding(Some("br;q=0, gzip; q=0.0, deflate")), Encoding::Plain);
    }

    #[test]
    fn the_policy_is_one_line_that_allows_nothing_from_elsewhere() {
        let policy = POLICY.trim_ascii_end();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains('\n'), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }
}
