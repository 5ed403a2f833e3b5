//! The API, called over HTTP with an API key.
//!
//! A call that may be repeated without harm is, a few times, when it met a fault or came too soon; see [`Repeat`].

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

mod answer;
mod backoff;
mod call;
mod error;
mod pages;
pub mod view;

pub use answer::Answer;
pub use backoff::Backoff;
pub use call::Call;
pub use error::{ApiError, Detail, cause};
pub use pages::Pages;

use crate::failure::Failure;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take: more than the 30 s after which the HTTP API itself gives up.
const ANSWER: Duration = Duration::from_secs(35);

const AGENT: &str = concat!("rail/", env!("CARGO_PKG_VERSION"));

/// Under which their help stands.
const HEADING: &str = "The API";

/// Which API, and by whose key.
#[derive(Args)]
pub struct ApiOptions {
    /// Where the API is: the stack's output `ApiUrl`.
    #[arg(long, env = "RAIL_URL", global = true, help_heading = HEADING, value_name = "URL")]
    url: Option<String>,
    /// The API key. Better set than typed: what is typed is seen in the list of processes and in the shell's history.
    #[arg(long, env = "RAIL_API_KEY", hide_env_values = true, global = true, help_heading = HEADING, value_name = "KEY")]
    api_key: Option<String>,
}

/// One tenant's view of one rail.
pub struct Api {
    client: Client,
    base: Url,
    key: HeaderValue,
}

impl Api {
    /// The API that the options name.
    pub fn new(options: ApiOptions) -> Result<Self, Failure> {
        let usage = |text: &str| Failure::Usage(text.to_owned());
        let base = options.url.filter(|url| !url.is_empty());
        let base = address(&base.ok_or_else(|| usage("which API? Give --url or set RAIL_URL"))?)?;
        let key = options.api_key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| usage("by which API key? Set RAIL_API_KEY or give --api-key"))?;
        if base.scheme() == "http" && !is_this_machine(&base) {
            eprintln!("rail: {base} is no https: the API key can be read on the way.");
        }
        let key = HeaderValue::try_from(format!("Bearer {key}"));
        let mut key = key.map_err(|_| usage("the API key holds characters that none has"))?;
        key.set_sensitive(true);
        let client = client(&base, ANSWER)?;
        Ok(Self { client, base, key })
    }

    /// A call of a route below `/v1/webhooks`.
    pub fn call(&self, method: Method, path: &[&str]) -> Call {
        let mut url = self.base.clone();
        // It has a host, so it has a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["v1", "webhooks"]).extend(path);
        }
        Call::new(self.client.clone(), method, url, self.key.clone())
    }

    /// Reads something.
    pub fn get(&self, path: &[&str]) -> Call {
        self.call(Method::GET, path)
    }

    /// Makes something, or has something done.
    pub fn post(&self, path: &[&str]) -> Call {
        self.call(Method::POST, path)
    }
}

/// Where an API is.
pub fn address(text: &str) -> Result<Url, Failure> {
    let url: Url = text.parse().map_err(|error| Failure::Usage(format!("--url: {error}")))?;
    if ["https", "http"].contains(&url.scheme()) {
        return Ok(url);
    }
    Err(Failure::Usage("--url must begin with https:// or http://".to_owned()))
}

/// What sends requests to this server: with TLS by ring and Mozilla's roots, through the environment's proxies unless it is this
/// machine, and never on to where an answer redirects to.
pub fn client(server: &Url, timeout: Duration) -> Result<Client, Failure> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| Failure::Failed(format!("no TLS: {error}")))?;
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = config.with_root_certificates(roots).with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .timeout(timeout)
        .user_agent(AGENT);
    let builder = if is_this_machine(server) { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Failure::Failed(format!("no HTTP client: {error}")))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}
