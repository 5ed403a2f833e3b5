//! What hostile tenants, name servers and receivers try.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop there")]

mod answers;
mod attempt;
mod kinds;
mod receiver;
mod receivers;
mod targets;
mod urls;
