//! Where an endpoint's requests go: its URL, and the rules that the URL obeys.
//!
//! A URL is judged twice: by what can be seen of it when it is registered, here, and by the addresses that its
//! name resolves to whenever a connection is made (see `sender`), which is the judgement that counts.

use std::fmt;
use std::net::IpAddr;

use serde::Serialize;
use url::{Host, Url};

use super::address::{self, Forbidden};

/// The longest URL, in characters: what common servers and proxies accept.
const MAX_LENGTH: usize = 2048;
/// The longest name, and the longest part of one, in characters (RFC 1035, 2.3.4).
const MAX_NAME_LENGTH: usize = 253;
const MAX_LABEL_LENGTH: usize = 63;

/// Domains in which nothing public can be: RFC 6761, RFC 6762, ICANN's reservation of 2024, RFC 8375, and what systems call
/// a network that has no name.
const LOCAL_DOMAINS: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "localdomain"];

/// What is wrong with an endpoint's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Longer than 2,048 characters.
    #[error("is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// No absolute URL with a host.
    #[error("is no URL: expected an absolute one, like https://example.com/webhooks")]
    NotAUrl,
    /// Not https.
    #[error("must begin with https://")]
    NotHttps,
    /// A user name or password.
    #[error("must not hold a user name or password")]
    Credentials,
    /// A `#fragment`, which no request carries.
    #[error("must not have a #fragment: it would not be sent")]
    Fragment,
    /// Port 0.
    #[error("names port 0, to which nothing can be sent")]
    PortZero,
    /// A host that no name server knows a name for.
    #[error("must name a host: letters, digits and hyphens between single dots")]
    NotAName,
    /// A name that can only mean something inside a network.
    #[error(
        "must name a public host: a name without a dot, or in one of the domains {}, is not",
        LOCAL_DOMAINS.join(", ")
    )]
    LocalName,
    /// An address that is not public.
    #[error("{0}")]
    Forbidden(Forbidden),
}

/// What targets this deployment allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetRules {
    /// Only https, and only to public addresses.
    PublicOnly,
    /// Anything reachable, plain http too: for work on one machine alone.
    PrivateToo,
}

impl TargetRules {
    /// The URL of an endpoint, if these rules allow it.
    pub fn parse(self, text: &str) -> Result<TargetUrl, TargetError> {
        if text.len() > MAX_LENGTH {
            return Err(TargetError::TooLong);
        }
        let target = TargetUrl::parse(text)?;
        if self == Self::PublicOnly {
            if target.url.scheme() != "https" {
                return Err(TargetError::NotHttps);
            }
            target.check_host()?;
        }
        Ok(target)
    }

    /// Whether a request may be sent to this address.
    pub fn check(self, address: IpAddr) -> Result<(), Forbidden> {
        match self {
            Self::PublicOnly => address::check(address),
            Self::PrivateToo => Ok(()),
        }
    }

    /// Whether the host of this URL, where it is an address and no name, may be sent to.
    ///
    /// Names are judged when they are resolved, but an address in a URL is never resolved.
    pub fn check_literal(self, target: &TargetUrl) -> Result<(), Forbidden> {
        target.literal().map_or(Ok(()), |address| self.check(address))
    }
}

/// The URL of an endpoint: absolute, http or https, no credentials, no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetUrl {
    /// As the tenant wrote it.
    text: String,
    url: Url,
}

impl TargetUrl {
    /// The URL, judged by its form alone: for one that was registered before.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        // The URL standard mends what a browser's user may type: white space, backslashes, missing slashes. A
        // program that sends those has made a mistake, and is told.
        let authority = text
            .split_once("://")
            .filter(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|c| c.is_ascii_alphanumeric()))
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
            .ok_or(TargetError::NotAUrl)?;
        if authority.is_empty() || text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
            return Err(TargetError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| TargetError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(TargetError::NotHttps);
        }
        if url.host().is_none() {
            return Err(TargetError::NotAUrl);
        }
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        if url.port() == Some(0) {
            return Err(TargetError::PortZero);
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The URL as the tenant wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL in its parts.
    pub fn url(&self) -> &Url {
        &self.url
    }

    fn literal(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Ipv4(v4) => Some(v4.into()),
            Host::Ipv6(v6) => Some(v6.into()),
            Host::Domain(_) => None,
        }
    }

    fn check_host(&self) -> Result<(), TargetError> {
        if let Some(address) = self.literal() {
            return address::check(address).map_err(TargetError::Forbidden);
        }
        let host = self.url.host_str().unwrap_or_default();
        let name = host.strip_suffix('.').unwrap_or(host);
        if !is_name(name) {
            return Err(TargetError::NotAName);
        }
        if is_local(name) {
            return Err(TargetError::LocalName);
        }
        Ok(())
    }
}

/// The URL standard lets more into a host than a name can hold: commas, quotes, empty parts. What others would make of
/// those is not worth finding out.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    };
    name.len() <= MAX_NAME_LENGTH && name.split('.').all(is_label)
}

fn is_local(name: &str) -> bool {
    let lies_in = |domain: &&str| name.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || LOCAL_DOMAINS.iter().any(lies_in)
}

impl fmt::Display for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for TargetUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // What is refused stands in `tests/hostile/targets.txt`.
    #[test]
    fn a_public_https_url_is_taken_as_written() {
        for url in [
            "https://yourapp.com/webhooks",
            "https://EXAMPLE.com:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]:444/x",
            "https://bücher.example/hook",
            "https://example.com./",
            "https://under_score.example.com/",
            "https://localhost.example.com/",
            "https://mylocal.example/",
            "https://notinternal.com/",
        ] {
            assert_eq!(TargetRules::PublicOnly.parse(url).map(|t| t.as_str().to_owned()).as_deref(), Ok(url));
        }
    }

    #[test]
    fn a_url_and_the_parts_of_its_name_have_a_longest_length() {
        let parse = |url: String| TargetRules::PublicOnly.parse(&url).map(|_| ());
        let path = MAX_LENGTH - "https://example.com/".len();
        assert_eq!(parse(format!("https://example.com/{}", "x".repeat(path))), Ok(()));
        assert_eq!(parse(format!("https://example.com/{}", "x".repeat(path + 1))), Err(TargetError::TooLong));
        assert_eq!(parse(format!("https://{}.com/", "x".repeat(63))), Ok(()));
        assert_eq!(parse(format!("https://{}.com/", "x".repeat(64))), Err(TargetError::NotAName));
        assert_eq!(parse(format!("https://{}com/", "x.".repeat(125))), Ok(()));
        assert_eq!(parse(format!("https://{}com/", "x.".repeat(126))), Err(TargetError::NotAName));
    }

    #[test]
    fn local_work_may_use_http_and_loopback_but_no_credentials() {
        assert!(TargetRules::PrivateToo.parse("http://127.0.0.1:9000/hook").is_ok());
        assert!(TargetRules::PrivateToo.parse("http://localhost:9000/hook").is_ok());
        assert_eq!(TargetRules::PrivateToo.parse("http://a:b@localhost/").map(|_| ()), Err(TargetError::Credentials));
    }

    #[test]
    fn a_stored_url_is_judged_again_before_it_is_used() {
        let stored = TargetUrl::parse("http://127.0.0.1:9000/hook").unwrap();
        assert!(TargetRules::PublicOnly.check_literal(&stored).is_err());
        assert!(TargetRules::PrivateToo.check_literal(&stored).is_ok());
    }
}
