//! Those who ask from outside, step by step: who publishes, retries by hand, cancels, changes the endpoint.

use rail::domain::delivery::{Fence, Retry, State, Trigger};

use super::deliver::Letter;
use super::record::Record;
use super::world::{Endpoint, Flaw, Rules, Worker, World};

/// A request to publish, between two steps. Whoever gets no answer asks again, with the same idempotency key.
///
/// The delivery is there, and pending, as soon as its event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Publisher {
    Claiming,
    Writing { replayed: bool },
    Enqueuing { replayed: bool },
    Answering,
}

impl Publisher {
    pub fn go(self, world: &mut World, rules: &Rules) -> Option<Worker> {
        let then = match self {
            Self::Claiming => Self::Writing { replayed: std::mem::replace(&mut world.claimed, true) },
            Self::Writing { replayed } => {
                let written = *world.delivery.get_or_insert_with(Record::new);
                let due = matches!(written.state, State::Pending(_)) && written.fence == Fence::FIRST;
                let due = due && rules.flaw != Some(Flaw::AnsweredBeforeTheQueue);
                if due { Self::Enqueuing { replayed } } else { Self::Answering }
            }
            Self::Enqueuing { replayed } => {
                world.letters.insert(if replayed { Letter::Fresh.again() } else { Letter::Fresh });
                Self::Answering
            }
            Self::Answering => {
                world.promised = true;
                return None;
            }
        };
        Some(Worker::Publisher(then))
    }
}

/// A retry by hand, between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retrier {
    /// Asks for the attempt that is due anyway, and is done.
    EnqueuingAgain {
        fence: Fence,
    },
    Enqueuing {
        from: Fence,
    },
    Recording {
        from: Fence,
    },
}

impl Retrier {
    /// What is to be done, given what is recorded; none when nothing is.
    pub fn new(recorded: Record, rules: &Rules) -> Option<Self> {
        let from = recorded.fence;
        match recorded.delivery().retry_by_hand().ok()? {
            Retry::Again => Some(Self::EnqueuingAgain { fence: from }),
            Retry::Now(_) if rules.flaw == Some(Flaw::RetryRecordedFirst) => Some(Self::Recording { from }),
            Retry::Now(_) => Some(Self::Enqueuing { from }),
        }
    }

    pub fn go(self, world: &mut World, rules: &Rules) -> Option<Worker> {
        let then = match self {
            Self::EnqueuingAgain { fence } => {
                world.letters.insert(Letter::Manual(fence));
                None
            }
            Self::Enqueuing { from } => {
                world.letters.insert(Letter::Manual(from.next()));
                Some(Self::Recording { from })
            }
            Self::Recording { from } => {
                let current = world.record(from, |delivery| match delivery.retry_by_hand() {
                    Ok(Retry::Now(next)) => next,
                    other => panic!("it could be retried when it was read, and now there is {other:?}"),
                });
                let retried = current.fence == from.next() && current.state == State::Pending(Trigger::Manual);
                match retried {
                    true if rules.flaw == Some(Flaw::RetryRecordedFirst) => {
                        Some(Self::EnqueuingAgain { fence: current.fence })
                    }
                    true => None,
                    // It has been retried, and more has happened since.
                    false if current.fence > from.next() => None,
                    false => Self::new(current, rules),
                }
            }
        };
        then.map(Worker::Retrier)
    }
}

/// A cancelling, about to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canceller {
    pub from: Fence,
}

impl Canceller {
    /// What is to be done, given what is recorded; none when nothing is.
    pub fn new(recorded: Record) -> Option<Self> {
        recorded.delivery().cancelled().is_ok().then_some(Self { from: recorded.fence })
    }

    pub fn go(self, world: &mut World) -> Option<Worker> {
        if world.recorded().fence != self.from {
            return Self::new(world.recorded()).map(Worker::Canceller);
        }
        world.record(self.from, |delivery| match delivery.cancelled() {
            Ok(next) => next,
            Err(why) => panic!("it could be cancelled when it was read, and now {why}"),
        });
        None
    }
}

/// A change of the endpoint through the API, between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Changer {
    pub to: Endpoint,
    pub at: Changing,
}

/// What a change is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Changing {
    AskingBefore,
    /// The chore that was asked for before comes when this has been done, or given up.
    Writing,
    AskingAfter,
}

impl Changer {
    pub fn go(self, world: &mut World, rules: &Rules) -> Option<Worker> {
        let at = match self.at {
            Changing::AskingBefore => Changing::Writing,
            Changing::Writing => {
                world.change(self.to);
                world.chore |= self.has_asked(rules);
                Changing::AskingAfter
            }
            Changing::AskingAfter => {
                world.chore = true;
                return None;
            }
        };
        Some(Worker::Changer(Self { at, ..self }))
    }

    /// Whether its first chore is in the queue, where nobody can take it yet.
    pub fn has_asked(self, rules: &Rules) -> bool {
        self.at == Changing::Writing && rules.flaw != Some(Flaw::NotAskedBefore)
    }
}
