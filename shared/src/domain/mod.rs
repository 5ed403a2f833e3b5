//! The product itself, pure: no I/O, no AWS, no clock, no randomness, no environment.
//!
//! A *tenant* registers *endpoints* with *subscription patterns*. An *event* of an *event type* fans out to
//! the endpoints it matches: one *delivery* for each. A delivery is made of *attempts*, each one HTTP request,
//! signed with the endpoint's *signing secret* and repeated on the *retry policy*.
//!
//! What is true of the rail is decided here; everything outside only carries it out.

pub mod address;
pub mod announcement;
pub mod catalog;
pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod failing;
pub mod id;
pub mod key;
pub mod keyring;
pub mod pace;
pub mod pattern;
pub mod period;
pub mod recovery;
pub mod retry;
pub mod secret;
pub mod signature;
pub mod stats;
pub mod target;
