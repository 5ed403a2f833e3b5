//! Running a route as a Lambda function, and the answers it can give.

use std::future::Future;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};
use serde::Serialize;

use super::error::ApiError;

/// What a route answers when all went well.
pub trait Reply {
    /// As an HTTP response.
    fn into_response(self) -> Response<Body>;
}

/// 201 with a body.
pub struct Created<T>(pub T);
/// 202 with a body.
pub enum Accepted<T> {
    /// By this request.
    Now(T),
    /// By an earlier one with the same idempotency key.
    Before(T),
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

impl<T: Serialize> Reply for Accepted<T> {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Now(body) => json(202, &body),
            Self::Before(body) => {
                let mut response = json(202, &body);
                response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
                response
            }
        }
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
    lambda_http::run(service_fn(move |request: Request| {
        let (app, route) = (app.clone(), route.clone());
        async move {
            let request_id = request_id(&request);
            let answer = route(app, request).await;
            Ok::<_, Error>(answer.map_or_else(|error| error.respond(&request_id), Reply::into_response))
        }
    }))
    .await
}

/// The id under which API Gateway, and the log, know the request.
fn request_id(request: &Request) -> String {
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
