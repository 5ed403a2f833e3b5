//! The tables, as concrete structs that take and give domain types.
//!
//! `Endpoints` is small, precious and long-lived: API keys and endpoints. `Deliveries` is the log: events and deliveries,
//! which expire. `Limits` holds the clocks of what goes at a rate, and nothing that would be missed. Permissions are given
//! per table. The module `keys` alone spells a key of any.
//!
//! Every creation is conditional on absence and every change on what it changes, so that each may be repeated.

pub mod api_keys;
pub mod deliveries;
pub mod directory;
mod endpoint_item;
pub mod endpoints;
pub mod event_types;
pub mod events;
mod idempotency;
mod item;
mod keys;
pub mod limits;
pub mod listing;
mod recoveries;
mod table;
mod update;

pub use idempotency::{Claim, Idempotency};
pub use table::{Inserted, Log};

use crate::aws::AwsError;

/// A read or write that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The table did not answer as it should.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is in the table is not what this version of the code writes.
    #[error("the {what} in the table cannot be read: {problem}")]
    Unreadable {
        /// Which kind of item.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}
