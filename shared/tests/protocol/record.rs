//! What is recorded of the delivery, as small as it can be said: a model holds millions of them. The whole
//! [`Delivery`] is made of it wherever production's code is asked, and its answer is made small again.

use std::sync::LazyLock;

use jiff::Timestamp;
use rail::domain::delivery::{Attempt, Delivery, Exchange, Fence, Outcome, State, Trigger};
use rail::domain::id::{EndpointId, EventId};

/// The round that the delivery is said to be in. Which it really is makes no difference to any decision: only whether an
/// attempt was made in it, or in an earlier one.
const ROUND: u32 = 2;

static NEW: LazyLock<Delivery> = LazyLock::new(|| {
    let (Ok(tenant), Ok(event_type)) = ("acme".parse(), "contract.created".parse()) else { panic!("valid names") };
    let at = Timestamp::UNIX_EPOCH;
    Delivery::new(tenant, EndpointId::new(at, 1), EventId::new(at, 2), event_type, (at, at))
});

/// What is recorded of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    pub state: State,
    pub fence: Fence,
    /// How many attempts were made in the round that it is in.
    pub made: u8,
    /// How many attempts were made in earlier rounds.
    pub made_before: u8,
}

impl Record {
    /// Just published.
    pub fn new() -> Self {
        Self::of(&NEW)
    }

    /// What matters of a delivery.
    pub fn of(delivery: &Delivery) -> Self {
        let made = delivery.attempts.iter().filter(|attempt| attempt.round == delivery.round).count();
        let made_before = delivery.attempts.len() - made;
        Self { state: delivery.state, fence: delivery.fence, made: made as u8, made_before: made_before as u8 }
    }

    /// A delivery of which this is recorded.
    pub fn delivery(&self) -> Delivery {
        let attempt = |round| Attempt {
            number: 1,
            fence: Fence::FIRST,
            round,
            trigger: Trigger::Policy,
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 0,
            outcome: Outcome::TimedOut,
            response_body: None,
        };
        let before = (0..self.made_before).map(|_| attempt(ROUND - 1));
        let attempts = before.chain((0..self.made).map(|_| attempt(ROUND))).collect();
        Delivery { state: self.state, fence: self.fence, round: ROUND, attempts, ..NEW.clone() }
    }

    /// Whether somebody waits for its outcome.
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Pending(_) | State::Held | State::Retrying { .. } => true,
            State::Delivered | State::Failed(_) => false,
        }
    }
}

/// What a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    Accepted,
    Refused,
    Gone,
}

impl Answer {
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Gone];

    pub fn exchange(self) -> Exchange {
        let outcome = match self {
            Self::Accepted => Outcome::Accepted { status: 200 },
            Self::Refused => Outcome::Refused { status: 503, retry_after_seconds: None },
            Self::Gone => Outcome::Gone,
        };
        Exchange { outcome, started_at: Timestamp::UNIX_EPOCH, duration_ms: 0, response_body: None }
    }
}
