//! The protocol of publishing, delivering, retrying and tending, checked: exhaustively within small bounds, and at random
//! beyond them.
//!
//! What decides is the code that production runs: `call_for` and the transitions of `Delivery`. The test is the world
//! around it: a queue that hands out messages in any order and again, functions that may end between any two of their
//! steps (a crash, a throttled table, queue or Scheduler, an answer that is lost), schedules that fire whenever they like
//! and twice, people who retry, cancel, pause, activate, disable and delete at any moment and may stop half-way.
//!
//! - [`record`]: what is known of the delivery, as small as it can be said.
//! - [`world`]: all that lasts, what may happen to it, and what must hold of it.
//! - [`deliver`], [`tend`], [`askers`]: the functions, step by step, as production takes them.
//! - [`model`]: every reachable state of that world, within bounds.
//! - [`walks`]: long random walks through it, on the policy that production follows.
//!
//! Not in this world: time and expiry; the several deliveries of one event, and of one endpoint, which know nothing of
//! each other; and the index's lag, for whoever tends an endpoint finds here what is so.
#![expect(clippy::panic, reason = "a test that meets the impossible should stop there")]

mod askers;
mod deliver;
mod model;
mod past;
mod promises;
mod record;
mod tend;
mod walks;
mod world;
