//! When a message's turn is, at an endpoint that goes at a rate.
//!
//! A message takes one slot and keeps it: put back, it carries its slot along, and comes again shortly before. Waiting is no
//! attempt. A slot that was missed (the queue was late) is not made up for: another is taken, or the rate would not hold.

use std::time::Duration;

use jiff::Timestamp;
use rail::clock;
use rail::domain::endpoint::Endpoint;
use rail::domain::pace::{Turn, turn};
use rail::queue::Message;

use crate::Deliver;
use crate::message::Fault;

/// Where a message waits for its turn.
pub enum Wait {
    /// Here, for so long.
    OnTheSpot(Duration),
    /// In the queue it came from, with this slot.
    InTheQueue(Timestamp),
}

impl Deliver {
    /// Where this message waits for its turn at this endpoint.
    pub async fn turn_of(&self, message: &Message, endpoint: &Endpoint) -> Result<Wait, Fault> {
        let now = clock::now();
        if let Some(slot) = message.slot {
            match turn(slot, now) {
                Turn::Go(wait) => return Ok(Wait::OnTheSpot(wait)),
                Turn::ComeAgain => return Ok(Wait::InTheQueue(slot)),
                Turn::Missed => {}
            }
        }
        let Some(rate) = endpoint.rate_limit else { return Ok(Wait::OnTheSpot(Duration::ZERO)) };
        let slot = self.limits.reserve(endpoint.id, rate, 1, now).await?;
        Ok(match turn(slot, now) {
            Turn::Go(wait) => Wait::OnTheSpot(wait),
            Turn::ComeAgain | Turn::Missed => Wait::InTheQueue(slot),
        })
    }
}
