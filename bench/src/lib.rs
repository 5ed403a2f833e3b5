//! The bench of the webhooks rail: what its functions cost as they are released, in time, CPU, memory and money.
//!
//! Each function's own binary runs as its own process, as on Lambda. Around it are fakes in this process: the Lambda Runtime
//! API ([`runtime`]), AWS ([`aws`]) and receivers ([`receiver`]). They answer quickly, or as slowly as they are told to,
//! and count what they are asked. What is measured of it is in [`measure`].
//!
//! Nothing here judges by time: a figure that is worse than a goal is shown, and fails nothing.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test that meets the unexpected should stop there"
    )
)]

pub mod aws;
pub mod binaries;
pub mod ca;
pub mod cli;
pub mod figure;
pub mod fixtures;
pub mod function;
pub mod goals;
pub mod history;
pub mod measure;
pub mod payload;
pub mod prices;
pub mod receiver;
pub mod relay;
pub mod report;
pub mod rig;
pub mod runtime;
pub mod scene;
pub mod server;
pub mod settings;
pub mod stage;
pub mod tenant;

/// Why something could not be measured.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What can fail.
pub type Result<T> = std::result::Result<T, Error>;
