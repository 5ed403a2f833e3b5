//! The HTTP edge: what every route has in common.
//!
//! A route authenticates, reads its input, acts, and answers with a view or an [`ApiError`].

mod asked;
mod body;
mod cursor;
mod document;
mod error;
mod gate;
mod input;
pub mod openapi;
mod publish;
mod query;
mod serve;
pub mod view;

pub use asked::{Asked, RACES};
pub use body::{Body, bytes, bytes_of_batch, json, json_or_default};
pub use cursor::Cursor;
pub use document::Document;
pub use error::{ApiError, Detail};
pub use gate::{Gate, signer};
pub use input::{
    EndpointPatch, EventTypeInput, Moment, NewEndpoint, NewEvent, NewEvents, NewRecovery, NoInput, Nullable,
    PatchStatus, RetryInput, Rotation, idempotency_key, signing_secret,
};
pub use lambda_http::Request;
pub use publish::publish;
pub use query::{MAX_LIMIT, Query, id, in_path};
pub use serve::{Accepted, Created, NoContent, Put, Reply, request_id, serve};
