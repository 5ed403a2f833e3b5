//! Running a route as a Lambda function, and the answers it can give.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::tower::ServiceExt;
use lambda_http::{Adapter, Body, Error, IntoResponse, Request, RequestExt, Response, service_fn};
use serde::Serialize;

use super::error::ApiError;
use super::view::PublishedView;

/// What a route answers when all went well.
pub trait Reply {
    /// As an HTTP response.
    fn into_response(self) -> Response<Body>;
}

/// 201 with a body.
pub struct Created<T>(pub T);
/// 202 with a body; 207 for a batch of which something was refused.
pub enum Accepted<T> {
    /// By this request.
    Now(T),
    /// By an earlier one with the same idempotency key.
    Before(T),
}
/// 201 for what is new, 200 for what stands in the place of something else.
pub enum Put<T> {
    /// It was not there before.
    Added(T),
    /// Something else was.
    Replaced(T),
}
/// 204.
pub struct NoContent;

/// 200 with a body.
impl<T: super::view::View> Reply for T {
    fn into_response(self) -> Response<Body> {
        json(200, &self)
    }
}

impl<T: Serialize> Reply for Created<T> {
    fn into_response(self) -> Response<Body> {
        json(201, &self.0)
    }
}

impl<T: Serialize> Reply for Put<T> {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Added(body) => json(201, &body),
            Self::Replaced(body) => json(200, &body),
        }
    }
}

impl Accepted<Response<Body>> {
    fn marked(self) -> Response<Body> {
        match self {
            Self::Now(response) => response,
            Self::Before(mut response) => {
                response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
                response
            }
        }
    }
}

impl<T> Accepted<T> {
    fn map<R>(self, with: impl FnOnce(T) -> R) -> Accepted<R> {
        match self {
            Self::Now(body) => Accepted::Now(with(body)),
            Self::Before(body) => Accepted::Before(with(body)),
        }
    }
}

impl<T: super::view::View> Reply for Accepted<T> {
    fn into_response(self) -> Response<Body> {
        self.map(|body| json(202, &body)).marked()
    }
}

impl Reply for Accepted<PublishedView> {
    fn into_response(self) -> Response<Body> {
        self.map(|published| json(published.status(), &published)).marked()
    }
}

impl Reply for NoContent {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = http::StatusCode::NO_CONTENT;
        response
    }
}

/// Serves a route: one request at a time, as Lambda sends them.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve<A, F, R, E>(app: A, route: F) -> Result<(), Error>
where
    A: Send + Sync + 'static,
    F: Fn(Arc<A>, Request) -> R + Send + Sync + 'static,
    R: Future<Output = Result<E, ApiError>> + Send,
    E: Reply,
{
    let (app, route) = (Arc::new(app), Arc::new(route));
    let service = service_fn(move |request: Request| {
        let (app, route) = (app.clone(), route.clone());
        async move {
            let request_id = request_id(&request);
            let answer = route(app, request).await;
            Ok::<_, Error>(Answer(answer.map_or_else(|error| error.respond(&request_id), Reply::into_response)))
        }
    });
    // As `lambda_http::run`, but for what it is given.
    lambda_runtime::run(Adapter::from(service).map_request(tamed)).await
}

/// An answer as it is. Left to itself, `lambda_http` looks for the charset of each body, with tables of all there are.
struct Answer(Response<Body>);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(std::future::ready(self.0))
    }
}

/// The event, without what `lambda_http` panics at when it makes a URI of it: a query with characters that no URI has, and a
/// host or a scheme of the caller's invention. Nothing here reads the URI; the query means what it meant.
fn tamed(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.headers.insert(HOST, HeaderValue::from_static("localhost"));
        request.headers.remove("x-forwarded-proto");
        request.raw_query_string = request.raw_query_string.take().map(|query| escaped(&query));
    }
    event
}

/// The query with every byte escaped that is none of a URI's query (RFC 3986, 3.4); escapes that are there stay.
fn escaped(query: &str) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte);
    query.bytes().fold(String::with_capacity(query.len()), |mut escaped, byte| {
        if allowed(byte) {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

/// The id under which API Gateway, and the log, know the request.
pub fn request_id(request: &Request) -> String {
    let id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(_) | None => None,
    };
    id.or_else(|| request.lambda_context_ref().map(|context| context.request_id.clone())).unwrap_or_default()
}

pub(super) fn json(status: u16, body: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_string(body);
    #[expect(clippy::expect_used, reason = "views are texts, numbers and JSON values, which serialise without fail")]
    let mut response = Response::new(Body::Text(text.expect("a view serialises")));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use lambda_http::Context;
    use lambda_http::aws_lambda_events::query_map::QueryMap;
    use proptest::prelude::*;

    use super::*;

    /// The fixture's request, with a query, and with a header of the gateway that says this.
    fn received(query: &str, header: &'static str, value: &str) -> Request {
        let mut event: LambdaRequest =
            serde_json::from_str(include_str!("../../../functions/list-events/fixtures/request.json")).unwrap();
        let LambdaRequest::ApiGatewayV2(request) = &mut event else { panic!("the fixture is of an HTTP API") };
        request.raw_query_string = Some(query.to_owned());
        if let Ok(value) = HeaderValue::from_str(value) {
            request.headers.insert(header, value);
        }
        tamed(LambdaEvent::new(event, Context::default())).payload.into()
    }

    proptest! {
        #[test]
        fn no_query_host_or_scheme_stops_a_request(
            query in r#"(\PC|[\x00-\x7f]|[a-z]=|["<>#%{}|^`\\&]){0,40}"#,
            header in prop::sample::select(vec!["host", "x-forwarded-proto", "x-forwarded-host", "referer"]),
            value in r"\PC{0,20}",
        ) {
            let meant: QueryMap = query.parse().unwrap();
            let request = received(&query, header, &value);
            prop_assert_eq!(request.query_string_parameters(), meant);
        }
    }
}
