//! The function that tends an endpoint's deliveries: one chore, step by step.

use rail::domain::delivery::{Delivery, Fence, Reason};

use super::deliver::Letter;
use super::world::{Endpoint, Worker, World};

/// Whoever does a chore, between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tender {
    /// Has read the endpoint, and is about to read the delivery.
    Looking(Endpoint),
    Enqueuing {
        from: Fence,
    },
    Releasing {
        from: Fence,
    },
    Abandoning {
        from: Fence,
        deleted: bool,
    },
    Acknowledging,
}

impl Tender {
    /// Takes a chore, and reads the endpoint.
    pub fn new(world: &World) -> Self {
        Self::Looking(world.endpoint)
    }

    /// Takes a step; none when that was the last.
    pub fn go(self, world: &mut World) -> Option<Worker> {
        let then = match self {
            Self::Looking(endpoint) => Self::look(endpoint, world),
            Self::Enqueuing { from } => {
                world.letters.insert(Letter::Policy(from.next()));
                Self::Releasing { from }
            }
            Self::Releasing { from } => {
                world.record(from, |delivery| possible(delivery.released()));
                Self::Acknowledging
            }
            Self::Abandoning { from, deleted } => {
                world.record(from, |delivery| possible(delivery.abandoned(reason(deleted))));
                Self::Acknowledging
            }
            Self::Acknowledging => return None,
        };
        Some(Worker::Tender(then))
    }

    fn look(endpoint: Endpoint, world: &World) -> Self {
        let Some(recorded) = world.delivery else { return Self::Acknowledging };
        let (delivery, from) = (recorded.delivery(), recorded.fence);
        match endpoint {
            Endpoint::Active if delivery.released().is_some() => Self::Enqueuing { from },
            Endpoint::Disabled | Endpoint::Deleted => {
                let deleted = endpoint == Endpoint::Deleted;
                let waits = delivery.abandoned(reason(deleted)).is_some();
                if waits { Self::Abandoning { from, deleted } } else { Self::Acknowledging }
            }
            Endpoint::Active | Endpoint::Paused => Self::Acknowledging,
        }
    }
}

fn reason(deleted: bool) -> Reason {
    if deleted { Reason::EndpointDeleted } else { Reason::EndpointDisabled }
}

fn possible(next: Option<Delivery>) -> Delivery {
    let Some(next) = next else { panic!("it was possible when the delivery was read, and nothing has changed since") };
    next
}
