//! What the functions of the webhooks rail share.
//!
//! [`domain`] is the product and does no I/O. The adapters ([`store`], [`queue`], [`dead_letters`], [`schedule`], [`sealing`], [`sender`])
//! each carry out one kind of act. [`api`] is the HTTP edge. Imports point one way: functions → api → adapters → domain.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test that meets the unexpected should stop there"
    )
)]

pub mod api;
pub mod aws;
pub mod batch;
pub mod chores;
pub mod clock;
pub mod dead_letters;
pub mod domain;
pub mod env;
pub mod ingest;
mod memory;
pub mod packing;
pub mod publishing;
pub mod queue;
pub mod schedule;
pub mod sealing;
pub mod sender;
pub mod store;
pub mod strictness;
pub mod telemetry;
mod tls;
pub mod wiring;
