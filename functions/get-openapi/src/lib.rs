//! `GET /openapi.json`: the description of the API, for whoever asks.

use std::sync::Arc;

use rail::api::{ApiError, Document, Request};

/// As `make openapi` wrote it; a test holds it to the code.
const OPENAPI: &str = include_str!("../../../openapi.json");

/// The route.
///
/// # Errors
/// Never.
pub async fn get_openapi(_: Arc<()>, _: Request) -> Result<Document, ApiError> {
    Ok(Document::text("application/json", OPENAPI))
}
