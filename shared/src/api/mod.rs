//! The HTTP edge: what every route has in common.
//!
//! A route authenticates, reads its input, acts, and answers with a view or an [`ApiError`].

mod asked;
mod body;
mod cursor;
mod error;
mod gate;
mod input;
mod query;
mod serve;
pub mod view;

pub use asked::{Asked, RACES};
pub use body::{Body, bytes, bytes_of_batch, json, json_or_default};
pub use cursor::Cursor;
pub use error::{ApiError, Detail};
pub use gate::Gate;
pub use input::{
    EndpointPatch, NewEndpoint, NewEvent, NewEvents, Nullable, PatchStatus, Rotation, idempotency_key, signing_secret,
};
pub use lambda_http::Request;
pub use query::{MAX_LIMIT, Query, id};
pub use serve::{Accepted, Created, NoContent, Reply, request_id, serve};
