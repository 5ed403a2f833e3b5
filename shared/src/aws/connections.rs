//! The connections of all AWS clients of a function: one pool, HTTP/1.1, which is all that the services speak to us.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector as Connector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures::future::join_all;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::tls;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);
/// How long an idle connection is kept. What a frozen function keeps for longer is likely to be closed at the other end.
const IDLE: Duration = Duration::from_secs(20);
/// How long a function's start waits for its first connections. Without them it starts as well, only slower.
const OPENING: Duration = Duration::from_secs(1);

/// The pool.
#[derive(Debug, Clone)]
pub struct Connections {
    client: Client<HttpsConnector<HttpConnector>, SdkBody>,
}

impl Connections {
    /// With servers that these roots vouch for, and over plain HTTP where a URL says so.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(roots: rustls::RootCertStore) -> Result<Self, tls::TlsError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let https = HttpsConnectorBuilder::new().with_tls_config(tls::client(roots)?).https_or_http().enable_http1();
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        Ok(Self { client: client.build(https.wrap_connector(tcp)) })
    }

    /// Opens a connection to each of these servers, so that the first call of a service need not. A best effort: whatever
    /// goes wrong here, the call itself will meet again, and report.
    pub async fn open(&self, urls: &[String]) {
        let opening = urls.iter().filter_map(|url| url.parse().ok()).map(|url| self.open_one(url));
        // Running out of time is one of the ways to end.
        tokio::time::timeout(OPENING, join_all(opening)).await.unwrap_or_default();
    }

    async fn open_one(&self, url: http::Uri) {
        let mut request = http::Request::new(SdkBody::empty());
        *request.uri_mut() = url;
        if let Ok(response) = self.client.request(request).await {
            // The connection is free again when its answer is read.
            response.into_body().collect().await.map(drop).unwrap_or_default();
        }
    }

    async fn call(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        // Whatever happens on the way may be tried again, as all that is asked of a service here may be repeated.
        let response = self.client.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
        let response = response.map(SdkBody::from_body_1_x);
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl Connector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().call(request))
    }
}

impl HttpClient for Connections {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
