//! The log: one JSON object a line, one wide event per unit of work.
//!
//! Never in it: secrets, keys, payloads, headers, response bodies.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::env;

/// Starts the log at the level that Lambda is configured for (`AWS_LAMBDA_LOG_LEVEL`), `INFO` by default.
///
/// The crates of others speak only of warnings: at its finer levels the runtime writes out whole events.
pub fn start() {
    let ours = env::text("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_ansi(false);
    let filter = Targets::new().with_default(Level::WARN).with_target("rail", ours).with_target("deliver", ours);
    tracing_subscriber::registry().with(filter).with(lines).init();
}
