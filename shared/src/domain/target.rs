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
    /// A name that can only mean something inside a network.
    #[error("must name a public host: `localhost` and names without a dot are not")]
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
        let name = self.url.host_str().unwrap_or_default().trim_end_matches('.');
        if !name.contains('.') || name.ends_with(".localhost") {
            return Err(TargetError::LocalName);
        }
        Ok(())
    }
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_public_https_url_is_taken_as_written() {
        for url in [
            "https://yourapp.com/webhooks",
            "https://EXAMPLE.com:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]:444/x",
            "https://bücher.example/hook",
        ] {
            assert_eq!(TargetRules::PublicOnly.parse(url).map(|t| t.as_str().to_owned()).as_deref(), Ok(url));
        }
    }

    #[test]
    fn an_address_is_refused_in_every_notation() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "0x7f000001",
            "017700000001",
            "0177.0.0.1",
            "127.0.0.1.",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "167772161",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:a00:1::1]",
            "[fd00::1]",
            "[fe80::1]",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
            "%31%32%37.0.0.1",
        ] {
            let parsed = TargetRules::PublicOnly.parse(&format!("https://{host}/hook"));
            assert!(matches!(parsed, Err(TargetError::Forbidden(_))), "{host}: {parsed:?}");
        }
    }

    #[test]
    fn everything_else_is_refused_for_what_it_is() {
        use TargetError::*;
        for (url, why) in [
            ("", NotAUrl),
            ("example.com", NotAUrl),
            ("https:example.com", NotAUrl),
            ("https:///example.com", NotAUrl),
            ("https:\\\\example.com", NotAUrl),
            ("https://exam ple.com", NotAUrl),
            ("https://example.com/\n", NotAUrl),
            ("https://256.256.256.256/", NotAUrl),
            ("https://[::1", NotAUrl),
            ("http://example.com/", NotHttps),
            ("ftp://example.com/", NotHttps),
            ("file://example.com/etc/passwd", NotHttps),
            ("https://user@example.com/", Credentials),
            ("https://user:pass@example.com/", Credentials),
            ("https://@example.com/", Credentials),
            ("https://example.com/#top", Fragment),
            ("https://example.com:0/", PortZero),
            ("https://localhost/", LocalName),
            ("https://LOCALHOST./", LocalName),
            ("https://api.localhost/", LocalName),
            ("https://intranet/", LocalName),
        ] {
            assert_eq!(TargetRules::PublicOnly.parse(url).map(|_| ()), Err(why), "{url:?}");
        }
        let long = format!("https://example.com/{}", "x".repeat(5000));
        assert_eq!(TargetRules::PublicOnly.parse(&long).map(|_| ()), Err(TooLong));
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

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in "(https?://)?\\PC{0,40}") {
            if let Ok(target) = TargetRules::PublicOnly.parse(&text) {
                prop_assert_eq!(target.url().scheme(), "https");
                prop_assert!(target.url().username().is_empty());
                prop_assert!(TargetRules::PublicOnly.check_literal(&target).is_ok());
            }
        }

        #[test]
        fn no_notation_of_a_private_address_passes(low in 0_u32..0x100_0000) {
            let bits = 0x0a00_0000 + low;
            for host in [bits.to_string(), format!("{bits:#x}"), format!("0{bits:o}"), std::net::Ipv4Addr::from_bits(bits).to_string()] {
                let parsed = TargetRules::PublicOnly.parse(&format!("https://{host}/"));
                prop_assert!(parsed.is_err());
            }
        }
    }
}
