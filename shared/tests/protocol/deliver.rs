//! The delivery function: one message, step by step.

use rail::domain::delivery::{Call, Delivery, Fence, Reason, State, Step, Trigger, call_for};

use super::record::{Answer, Record};
use super::world::{Breach, Endpoint, Flaw, Rules, Worker, World};

/// A message that asks for an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Letter {
    /// Sent by the publishing itself: whoever is the first to get it does not read the table.
    Fresh,
    /// Sent by the publishing, the schedule or the release.
    Policy(Fence),
    /// Sent by somebody who retries by hand.
    Manual(Fence),
}

impl Letter {
    pub fn call(self) -> Call {
        match self {
            Self::Fresh => Call { fence: Fence::FIRST, trigger: Trigger::Policy },
            Self::Policy(fence) => Call { fence, trigger: Trigger::Policy },
            Self::Manual(fence) => Call { fence, trigger: Trigger::Manual },
        }
    }

    /// As it is when it comes again, or is sent again.
    pub fn again(self) -> Self {
        match self {
            Self::Fresh => Self::Policy(Fence::FIRST),
            Self::Policy(_) | Self::Manual(_) => self,
        }
    }
}

/// A handler of the delivery function, between two of its steps.
///
/// It remembers no more than the fence at which it read the delivery. What it would write counts only if that is still
/// the fence, and then what it read is what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handler {
    pub letter: Letter,
    pub at: At,
}

/// What a handler is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    Advancing {
        from: Fence,
    },
    Sending {
        from: Fence,
    },
    AskingBefore {
        from: Fence,
    },
    /// The chore that was asked for before comes when this has been done, or given up.
    Disabling {
        from: Fence,
    },
    AskingAfter {
        from: Fence,
    },
    Recording {
        from: Fence,
        found: Found,
    },
    Scheduling {
        fence: Fence,
    },
    LookingAgain,
    AskingForLook,
    Acknowledging,
}

/// What came of going to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Found {
    Answered(Answer),
    Paused,
    Disabled,
    Deleted,
}

impl Handler {
    /// Takes a message, and reads the delivery unless the message is fresh.
    pub fn new(letter: Letter, world: &World, rules: &Rules) -> Self {
        let at = match letter {
            Letter::Fresh => At::Sending { from: Fence::FIRST },
            Letter::Policy(_) | Letter::Manual(_) => decide(letter, world.recorded(), rules),
        };
        Self { letter, at }
    }

    /// Takes a step that the receiver has no part in; none when that was the last.
    pub fn go(self, world: &mut World, rules: &Rules) -> Option<Worker> {
        let at = match self.at {
            At::Advancing { from } => {
                let advanced = |delivery: &Delivery| match call_for(delivery, self.letter.call()) {
                    Step::Advance(advanced) => advanced,
                    step => panic!("it was to be advanced, and now calls for {step:?}"),
                };
                decide(self.letter, world.record(from, advanced), rules)
            }
            At::Sending { from } => match world.endpoint {
                Endpoint::Active => panic!("the receiver has a part in this"),
                Endpoint::Paused => At::Recording { from, found: Found::Paused },
                Endpoint::Disabled => At::Recording { from, found: Found::Disabled },
                Endpoint::Deleted => At::Recording { from, found: Found::Deleted },
            },
            At::AskingBefore { from } => At::Disabling { from },
            At::Disabling { from } => {
                world.change(Endpoint::Disabled);
                world.chore |= self.has_asked(rules);
                At::AskingAfter { from }
            }
            At::AskingAfter { from } => {
                world.chore = true;
                At::Recording { from, found: Found::Answered(Answer::Gone) }
            }
            At::Recording { from, found } => return self.record(from, found, world, rules),
            At::Scheduling { fence } => {
                world.schedules.insert(fence);
                At::Acknowledging
            }
            At::LookingAgain => match world.endpoint {
                Endpoint::Paused => At::Acknowledging,
                Endpoint::Active | Endpoint::Disabled | Endpoint::Deleted => At::AskingForLook,
            },
            At::AskingForLook => {
                world.chore = true;
                At::Acknowledging
            }
            At::Acknowledging => {
                world.acknowledge(self.letter);
                return None;
            }
        };
        Some(Worker::Handler(Self { at, ..self }))
    }

    /// Whether a chore is in the queue that nobody can take yet.
    pub fn has_asked(self, rules: &Rules) -> bool {
        matches!(self.at, At::Disabling { .. }) && rules.flaw != Some(Flaw::GoneNotAskedBefore)
    }

    /// Goes on with what the receiver answered.
    pub fn answered(self, answer: Answer) -> Self {
        let At::Sending { from } = self.at else { panic!("nothing was sent") };
        let at = match answer {
            Answer::Gone => At::AskingBefore { from },
            Answer::Accepted | Answer::Refused => At::Recording { from, found: Found::Answered(answer) },
        };
        Self { at, ..self }
    }

    fn record(self, from: Fence, found: Found, world: &mut World, rules: &Rules) -> Option<Worker> {
        let call = self.letter.call();
        if matches!(found, Found::Answered(_)) && world.recorded().fence == from && call.fence != from {
            world.breach = Some(Breach::StaleAttempt);
        }
        let current = world.record(from, |delivery| match found {
            Found::Answered(answer) => delivery.after(answer.exchange(), call.trigger, &rules.policy),
            Found::Paused => delivery.held(),
            Found::Disabled => delivery.given_up(Reason::EndpointDisabled),
            Found::Deleted => delivery.given_up(Reason::EndpointDeleted),
        });
        match follow(current, rules) {
            At::Scheduling { fence } if rules.flaw == Some(Flaw::AcknowledgedBeforeTheSchedule) => {
                world.acknowledge(self.letter);
                Some(Worker::Latecomer(fence))
            }
            at => Some(Worker::Handler(Self { at, ..self })),
        }
    }
}

/// What a message calls for, given what is recorded.
pub fn decide(letter: Letter, recorded: Record, rules: &Rules) -> At {
    match call_for(&recorded.delivery(), letter.call()) {
        Step::Attempt => At::Sending { from: recorded.fence },
        Step::Advance(_) => At::Advancing { from: recorded.fence },
        Step::Nothing if rules.flaw == Some(Flaw::LookedAgainByTheFirstAlone) => At::Acknowledging,
        Step::Schedule { .. } | Step::Nothing => follow(recorded, rules),
    }
}

/// What is to be handed over before a message may be acknowledged.
fn follow(recorded: Record, rules: &Rules) -> At {
    match recorded.state {
        State::Retrying { .. } => At::Scheduling { fence: recorded.fence },
        State::Held if rules.flaw == Some(Flaw::NotLookedAgain) => At::Acknowledging,
        State::Held => At::LookingAgain,
        State::Pending(_) | State::Delivered | State::Failed(_) => At::Acknowledging,
    }
}
