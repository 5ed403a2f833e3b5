//! What is the same for everyone who asks, API key or not: documents that are part of the program.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use lambda_http::{Body, Response};

use super::serve::Reply;

/// How long others may keep a document: a deployment is seen after five minutes.
const CACHED: &str = "public, max-age=300";

/// A document.
#[derive(Debug)]
pub struct Document {
    body: Body,
    headers: Vec<(HeaderName, &'static str)>,
}

impl Document {
    /// A text of this type.
    pub fn text(content_type: &'static str, text: &'static str) -> Self {
        Self::new(content_type, Body::Text(text.to_owned()))
    }

    /// Bytes of this type.
    pub fn bytes(content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(content_type, Body::Binary(bytes.to_vec()))
    }

    fn new(content_type: &'static str, body: Body) -> Self {
        Self { body, headers: vec![(CONTENT_TYPE, content_type), (CACHE_CONTROL, CACHED)] }
    }

    /// The same, with one more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Reply for Document {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        for (name, value) in self.headers {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
