//! The protocol of publishing, delivering and retrying, walked through at random.
//!
//! What decides is the code that production runs: `call_for`, `Delivery::after`, `retry_by_hand`, `given_up`, `held`. The
//! test is the world around it: a queue that hands out messages in any order and again, handlers that may end between any
//! two of their steps (a crash, a throttled table, queue or Scheduler, an answer that is lost: the message comes again),
//! schedules that fire whenever they like and twice, somebody who retries by hand and may stop half-way, an endpoint
//! that is paused, disabled or deleted at any moment.
//!
//! After each step: an accepted event has a way forward until it is settled; what is delivered stays delivered; no round
//! has more attempts than the policy. After the walk, once nothing goes wrong any more, everything comes to an end.
//!
//! Not in this world: expiry, and the several deliveries of one event, which know nothing of each other.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a walk that meets the impossible should stop there")]

use jiff::Timestamp;
use proptest::prelude::*;
use rail::domain::delivery::{Call, Delivery, Exchange, Fence, Outcome, Reason, Retry, State, Step, Trigger, call_for};
use rail::domain::id::{EndpointId, EventId};
use rail::domain::retry::RetryPolicy;

#[derive(Debug, Clone)]
struct World {
    table: Delivery,
    queue: Vec<Letter>,
    schedules: Vec<Fence>,
    handlers: Vec<Handler>,
    askers: Vec<Asker>,
    endpoint: Endpoint,
    once_delivered: bool,
    retries_by_hand: u8,
    changes_of_endpoint: Vec<Endpoint>,
}

/// A message in the queue, where it stays until it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    id: usize,
    call: Call,
    /// Sent by the publishing itself, and not handed out before: its handler does not read the table.
    fresh: bool,
}

/// A handler of the delivery function, between two of its steps.
#[derive(Debug, Clone)]
struct Handler {
    letter: Letter,
    at: At,
}

#[derive(Debug, Clone)]
enum At {
    Reading,
    Deciding(Delivery),
    Advancing { from: Fence, next: Delivery },
    Sending(Delivery),
    Recording { from: Fence, next: Delivery },
    Following(Delivery),
    Acknowledging,
}

/// Somebody who retries by hand, between two steps.
#[derive(Debug, Clone)]
enum Asker {
    Enqueuing(Delivery),
    Recording { from: Fence, next: Delivery },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Active,
    Paused,
    Disabled,
    Deleted,
}

#[derive(Debug, Clone)]
enum Action {
    HandOut(usize),
    Go(usize, Answer),
    Crash(usize),
    Fire { schedule: usize, again: bool },
    Ask,
    GoOnAsking(usize),
    StopAsking(usize),
    ChangeEndpoint,
}

/// What a receiver would answer, if the step is to send.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Yes,
    No,
    Gone,
}

impl Answer {
    fn outcome(self) -> Outcome {
        match self {
            Self::Yes => Outcome::Accepted { status: 200 },
            Self::No => Outcome::Refused { status: 503, retry_after_seconds: None },
            Self::Gone => Outcome::Gone,
        }
    }
}

impl World {
    /// Just accepted: the delivery is in the table and its first message in the queue.
    fn new() -> Self {
        let at = Timestamp::UNIX_EPOCH;
        let (tenant, event_type) = ("acme".parse().unwrap(), "contract.created".parse().unwrap());
        let table = Delivery::new(tenant, EndpointId::new(at, 1), EventId::new(at, 2), event_type, at);
        let call = Call { fence: Fence::FIRST, trigger: Trigger::Policy };
        Self {
            table,
            queue: vec![Letter { id: 0, call, fresh: true }],
            schedules: Vec::new(),
            handlers: Vec::new(),
            askers: Vec::new(),
            endpoint: Endpoint::Active,
            once_delivered: false,
            retries_by_hand: 4,
            changes_of_endpoint: Vec::new(),
        }
    }

    /// All that may happen next.
    fn actions(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.handlers.len() < 3 {
            actions.extend((0..self.queue.len()).map(Action::HandOut));
        }
        for handler in 0..self.handlers.len() {
            // A refusal leads furthest: it is the likeliest.
            let answers = [Answer::No, Answer::No, Answer::No, Answer::No, Answer::No, Answer::Yes, Answer::Gone];
            actions.extend(answers.map(|answer| Action::Go(handler, answer)));
            actions.push(Action::Crash(handler));
        }
        for schedule in 0..self.schedules.len() {
            actions.extend([false, true].map(|again| Action::Fire { schedule, again }));
        }
        for asker in 0..self.askers.len() {
            actions.extend([Action::GoOnAsking(asker), Action::GoOnAsking(asker), Action::StopAsking(asker)]);
        }
        if self.retries_by_hand > 0 {
            actions.push(Action::Ask);
        }
        if !self.changes_of_endpoint.is_empty() {
            actions.push(Action::ChangeEndpoint);
        }
        actions
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::HandOut(index) => {
                let letter = self.queue[index];
                self.queue[index].fresh = false;
                self.handlers.push(Handler { letter, at: At::Reading });
            }
            Action::Go(index, answer) => {
                let handler = self.handlers.swap_remove(index);
                let went_on = self.go(handler, answer);
                self.handlers.extend(went_on);
            }
            Action::Crash(index) => {
                self.handlers.swap_remove(index);
            }
            Action::Fire { schedule, again } => {
                let fence = if again { self.schedules[schedule] } else { self.schedules.swap_remove(schedule) };
                self.enqueue(Call { fence, trigger: Trigger::Policy });
            }
            Action::Ask => {
                self.retries_by_hand -= 1;
                self.askers.push(Asker::Enqueuing(self.table.clone()));
            }
            Action::GoOnAsking(index) => {
                let asker = self.askers.swap_remove(index);
                let went_on = self.go_on_asking(asker);
                self.askers.extend(went_on);
            }
            Action::StopAsking(index) => {
                self.askers.swap_remove(index);
            }
            Action::ChangeEndpoint => {
                if let Some(endpoint) = self.changes_of_endpoint.pop() {
                    self.endpoint = endpoint;
                }
            }
        }
    }

    /// One step of a handler, as `functions/deliver` takes them; none when the message is acknowledged.
    fn go(&mut self, Handler { letter, at }: Handler, answer: Answer) -> Option<Handler> {
        let at = match at {
            At::Reading if letter.fresh => At::Deciding(Self::new().table),
            At::Reading => At::Deciding(self.table.clone()),
            At::Deciding(delivery) => match call_for(&delivery, letter.call) {
                Step::Attempt => At::Sending(delivery),
                Step::Advance(next) => At::Advancing { from: delivery.fence, next },
                Step::Schedule { .. } => At::Following(delivery),
                Step::Nothing => At::Acknowledging,
            },
            At::Advancing { from, next } => At::Deciding(self.record(from, next)),
            At::Sending(delivery) => At::Recording { from: delivery.fence, next: self.send(&delivery, letter, answer) },
            At::Recording { from, next } => At::Following(self.record(from, next)),
            At::Following(delivery) => {
                if matches!(delivery.state, State::Retrying { .. }) && !self.schedules.contains(&delivery.fence) {
                    self.schedules.push(delivery.fence);
                }
                At::Acknowledging
            }
            At::Acknowledging => {
                self.queue.retain(|other| other.id != letter.id);
                return None;
            }
        };
        Some(Handler { letter, at })
    }

    fn send(&self, delivery: &Delivery, letter: Letter, answer: Answer) -> Delivery {
        match self.endpoint {
            Endpoint::Paused => delivery.held(),
            Endpoint::Disabled => delivery.given_up(Reason::EndpointDisabled),
            Endpoint::Deleted => delivery.given_up(Reason::EndpointDeleted),
            Endpoint::Active => {
                let started_at = Timestamp::UNIX_EPOCH;
                let exchange = Exchange { outcome: answer.outcome(), started_at, duration_ms: 0, response_body: None };
                delivery.after(exchange, letter.call.trigger, &RetryPolicy::default())
            }
        }
    }

    /// One step of a retry by hand, as `functions/retry-event` takes them; none when it is answered.
    fn go_on_asking(&mut self, asker: Asker) -> Option<Asker> {
        match asker {
            Asker::Enqueuing(delivery) => {
                let due = delivery.retry_by_hand().ok()?;
                let fence = match &due {
                    Retry::Again => delivery.fence,
                    Retry::Now(next) => next.fence,
                };
                self.enqueue(Call { fence, trigger: Trigger::Manual });
                match due {
                    Retry::Again => None,
                    Retry::Now(next) => Some(Asker::Recording { from: delivery.fence, next }),
                }
            }
            Asker::Recording { from, next } => {
                let current = self.record(from, next.clone());
                let done = current.fence > next.fence || current.state == next.state;
                (!done).then_some(Asker::Enqueuing(current))
            }
        }
    }

    /// The conditional write; what is recorded after it.
    fn record(&mut self, from: Fence, next: Delivery) -> Delivery {
        if self.table.fence == from {
            self.once_delivered |= next.state == State::Delivered;
            self.table = next;
        }
        self.table.clone()
    }

    fn enqueue(&mut self, call: Call) {
        let id = self.queue.iter().map(|letter| letter.id).max().unwrap_or(0) + 1;
        let in_hand = self.handlers.iter().map(|handler| handler.letter.id).max().unwrap_or(0) + 1;
        self.queue.push(Letter { id: id.max(in_hand), call, fresh: false });
    }

    /// What outlives every crash and leads on: a message that calls for something, or the schedule of what is due.
    fn has_a_way_forward(&self) -> bool {
        let calls = |letter: &Letter| call_for(&self.table, letter.call) != Step::Nothing;
        self.queue.iter().any(calls) || self.schedules.contains(&self.table.fence)
    }

    fn check(&self) -> Result<(), TestCaseError> {
        match self.table.state {
            State::Pending(_) | State::Retrying { .. } => prop_assert!(self.has_a_way_forward(), "stuck: {self:#?}"),
            // Kept back because the endpoint was paused, or settled.
            State::Held | State::Delivered | State::Failed(_) => {}
        }
        prop_assert!(!self.once_delivered || self.table.state == State::Delivered);
        for round in 1..=self.table.round {
            let made = self.table.attempts.iter().filter(|attempt| attempt.round == round).count();
            prop_assert!(made <= RetryPolicy::default().attempts());
        }
        Ok(())
    }

    /// Nothing goes wrong any more, and receivers refuse: how far it goes by itself.
    fn come_to_an_end(&mut self) -> Result<(), TestCaseError> {
        self.askers.clear();
        for _ in 0..1000 {
            if !self.handlers.is_empty() {
                self.act(Action::Go(0, Answer::No));
            } else if !self.queue.is_empty() {
                self.act(Action::HandOut(0));
            } else if !self.schedules.is_empty() {
                self.act(Action::Fire { schedule: 0, again: false });
            } else {
                return Ok(());
            }
            self.check()?;
        }
        Err(TestCaseError::fail(format!("it goes on for ever: {self:#?}")))
    }
}

fn endpoints() -> impl Strategy<Value = Endpoint> {
    prop::sample::select(vec![Endpoint::Active, Endpoint::Paused, Endpoint::Disabled, Endpoint::Deleted])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn no_walk_through_the_protocol_loses_a_delivery(
        changes_of_endpoint in prop::collection::vec(endpoints(), 0..3),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
    ) {
        let mut world = World { changes_of_endpoint, ..World::new() };
        for choice in choices {
            let actions = world.actions();
            if actions.is_empty() {
                break;
            }
            world.act(choice.get(&actions).clone());
            world.check()?;
        }
        world.come_to_an_end()?;
        prop_assert!(matches!(world.table.state, State::Delivered | State::Failed(_) | State::Held), "{:?}", world.table.state);
    }
}

/// The walk can fail: a retry by hand that is recorded before it is enqueued leaves, by a crash between, a delivery that
/// waits for nothing.
#[test]
fn a_delivery_that_waits_for_nothing_is_found() {
    let mut world = World::new();
    world.act(Action::HandOut(0));
    while !world.handlers.is_empty() {
        world.act(Action::Go(0, Answer::No));
    }
    assert!(world.check().is_ok());
    let Ok(Retry::Now(next)) = world.table.retry_by_hand() else { unreachable!() };
    world.record(world.table.fence, next);
    assert!(world.check().is_err());
}
