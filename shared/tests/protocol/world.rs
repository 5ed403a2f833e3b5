//! The world around the delivery: all that lasts, what may happen to it, and what must hold of it.
//!
//! A message stays in the queue until somebody acknowledges it, and may be handed out at any time, to several at once. The
//! queue holds it once, however often it was sent: what one copy asked for when it was acknowledged, no other copy asks for
//! any more. Chores are different, as each may follow another change: whoever takes one has it, and gives it back if he
//! ends early.

use std::collections::BTreeSet;

use rail::domain::delivery::{Delivery, Fence, Retry};
use rail::domain::retry::RetryPolicy;

use super::askers::{Canceller, Changer, Changing, Publisher, Retrier};
use super::deliver::{At, Handler, Letter};
use super::record::{Answer, Record};
use super::tend::Tender;

/// What nobody's end takes away, and who is at work on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub delivery: Option<Record>,
    /// Whether the idempotency record is there.
    pub claimed: bool,
    /// Whether somebody was told that the event is accepted.
    pub promised: bool,
    pub endpoint: Endpoint,
    pub letters: BTreeSet<Letter>,
    /// Whether there is a chore in its queue. All are alike.
    pub chore: bool,
    pub schedules: BTreeSet<Fence>,
    /// In order, so that it makes no difference who came first.
    pub workers: Vec<Worker>,
    /// Counted only where there is an end to it.
    pub asked: Asked,
    pub breach: Option<Breach>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    Active,
    Paused,
    Disabled,
    Deleted,
}

/// Somebody between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worker {
    Publisher(Publisher),
    Handler(Handler),
    /// A handler that has acknowledged already, and only then makes the schedule: a flaw.
    Latecomer(Fence),
    Tender(Tender),
    Retrier(Retrier),
    Canceller(Canceller),
    Changer(Changer),
}

/// How often something was asked for from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Asked {
    pub retries: u8,
    pub cancels: u8,
    pub changes: u8,
}

/// What must not happen, and shows only when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Breach {
    /// Something led out of `Delivered`, or something else than a retry by hand out of `Failed`.
    Unsettled,
    /// An attempt was recorded for a message that was made for another fence.
    StaleAttempt,
}

/// How the world goes.
#[derive(Debug, Clone)]
pub struct Rules {
    pub policy: RetryPolicy,
    /// How many may be at work at once.
    pub crew: Crew,
    /// How often something is asked for, at most; none when there is no end to it.
    pub most: Option<Asked>,
    pub flaw: Option<Flaw>,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Crew {
    pub publishers: usize,
    pub handlers: usize,
    pub tenders: usize,
    pub retriers: usize,
    pub cancellers: usize,
    pub changers: usize,
}

/// A mistake in the protocol, to show that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A publisher answers before its message is in the queue.
    AnsweredBeforeTheQueue,
    /// A retry by hand is recorded before it is enqueued.
    RetryRecordedFirst,
    /// A handler acknowledges before the schedule is made.
    AcknowledgedBeforeTheSchedule,
    /// A handler holds a delivery back, and does not look at the endpoint again.
    NotLookedAgain,
    /// Only the handler that held a delivery back looks at the endpoint again, not the one that its message comes to after
    /// a crash.
    LookedAgainByTheFirstAlone,
    /// An endpoint is changed through the API without asking for a chore before.
    NotAskedBefore,
    /// An endpoint that is gone is disabled without asking for a chore before.
    GoneNotAskedBefore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Publish,
    Retry,
    Cancel,
    Change(Endpoint),
    HandOut(Letter),
    TakeChore {
        again: bool,
    },
    Fire {
        schedule: Fence,
        again: bool,
    },
    /// This worker takes a step.
    Go(usize),
    /// The receiver answers this handler.
    Answer(usize, Answer),
    /// This handler sends its message to the queue again instead of the request to the receiver: the endpoint's rate is
    /// reached.
    PutBack(usize),
    /// This worker ends: a crash, a fault of table, queue or Scheduler, a time-out.
    End(usize),
}

impl World {
    /// Nothing is published yet.
    pub fn new() -> Self {
        Self {
            delivery: None,
            claimed: false,
            promised: false,
            endpoint: Endpoint::Active,
            letters: BTreeSet::new(),
            chore: false,
            schedules: BTreeSet::new(),
            workers: Vec::new(),
            asked: Asked::default(),
            breach: None,
        }
    }

    /// The event was just accepted. That its message is not fresh keeps the world small; a fresh one belongs to publishing.
    pub fn accepted() -> Self {
        let letters = BTreeSet::from([Letter::Fresh.again()]);
        Self { delivery: Some(Record::new()), claimed: true, promised: true, letters, ..Self::new() }
    }

    /// All that may happen next.
    pub fn actions(&self, rules: &Rules) -> Vec<Action> {
        let mut actions = self.askings(rules);
        let at_work = |kind: fn(&Worker) -> bool| self.workers.iter().filter(|worker| kind(worker)).count();
        if at_work(|worker| matches!(worker, Worker::Handler(_) | Worker::Latecomer(_))) < rules.crew.handlers {
            actions.extend(self.letters.iter().copied().map(Action::HandOut));
            if self.letters.contains(&Letter::Fresh) {
                actions.push(Action::HandOut(Letter::Fresh.again()));
            }
        }
        if self.chore && at_work(|worker| matches!(worker, Worker::Tender(_))) < rules.crew.tenders {
            actions.extend([false, true].map(|again| Action::TakeChore { again }));
        }
        let fire = |&schedule| [false, true].map(|again| Action::Fire { schedule, again });
        actions.extend(self.schedules.iter().flat_map(fire));
        for (index, worker) in self.workers.iter().enumerate() {
            actions.push(Action::End(index));
            match worker {
                Worker::Handler(Handler { at: At::Sending { .. }, .. }) if self.endpoint == Endpoint::Active => {
                    actions.extend(Answer::ALL.map(|answer| Action::Answer(index, answer)));
                    actions.push(Action::PutBack(index));
                }
                _ => actions.push(Action::Go(index)),
            }
        }
        actions
    }

    /// What may be asked for from outside.
    fn askings(&self, rules: &Rules) -> Vec<Action> {
        let mut actions = Vec::new();
        let room = |most: usize, kind: fn(&Worker) -> bool| self.workers.iter().filter(|w| kind(w)).count() < most;
        if room(rules.crew.publishers, |worker| matches!(worker, Worker::Publisher(_))) {
            actions.push(Action::Publish);
        }
        if rules.most.is_none_or(|most| self.asked.changes < most.changes)
            && room(rules.crew.changers, |worker| matches!(worker, Worker::Changer(_)))
        {
            let others = [Endpoint::Active, Endpoint::Paused, Endpoint::Disabled, Endpoint::Deleted];
            actions.extend(others.into_iter().filter(|&to| self.may_become(to)).map(Action::Change));
        }
        let Some(recorded) = self.delivery else { return actions };
        if rules.most.is_none_or(|most| self.asked.retries < most.retries)
            && room(rules.crew.retriers, |worker| matches!(worker, Worker::Retrier(_)))
            && Retrier::new(recorded, rules).is_some()
        {
            actions.push(Action::Retry);
        }
        if rules.most.is_none_or(|most| self.asked.cancels < most.cancels)
            && room(rules.crew.cancellers, |worker| matches!(worker, Worker::Canceller(_)))
            && Canceller::new(recorded).is_some()
        {
            actions.push(Action::Cancel);
        }
        actions
    }

    pub fn act(&mut self, action: Action, rules: &Rules) {
        match action {
            Action::Publish => self.join(Some(Worker::Publisher(Publisher::Claiming))),
            Action::Retry => {
                self.asked.retries += u8::from(rules.most.is_some());
                self.join(Retrier::new(self.recorded(), rules).map(Worker::Retrier));
            }
            Action::Cancel => {
                self.asked.cancels += u8::from(rules.most.is_some());
                self.join(Canceller::new(self.recorded()).map(Worker::Canceller));
            }
            Action::Change(to) => {
                self.asked.changes += u8::from(rules.most.is_some());
                let at =
                    if rules.flaw == Some(Flaw::NotAskedBefore) { Changing::Writing } else { Changing::AskingBefore };
                self.join(Some(Worker::Changer(Changer { to, at })));
            }
            Action::HandOut(letter) => {
                self.join(Some(Worker::Handler(Handler::new(letter, self, rules))));
            }
            Action::TakeChore { again } => {
                self.chore = again;
                self.join(Some(Worker::Tender(Tender::new(self))));
            }
            Action::Fire { schedule, again } => {
                if !again {
                    self.schedules.remove(&schedule);
                }
                self.letters.insert(Letter::Policy(schedule));
            }
            Action::Go(index) => {
                let worker = self.workers.remove(index);
                let then = self.go(worker, rules);
                self.join(then);
            }
            Action::Answer(index, answer) => {
                let handler = self.sender(index);
                self.join(Some(Worker::Handler(handler.answered(answer))));
            }
            Action::PutBack(index) => {
                let letter = self.sender(index).letter;
                self.letters.insert(letter.again());
            }
            Action::End(index) => {
                let worker = self.workers.remove(index);
                self.chore |= worker.has_chore(rules);
            }
        }
    }

    fn go(&mut self, worker: Worker, rules: &Rules) -> Option<Worker> {
        match worker {
            Worker::Publisher(publisher) => publisher.go(self, rules),
            Worker::Handler(handler) => handler.go(self, rules),
            Worker::Latecomer(fence) => {
                self.schedules.insert(fence);
                None
            }
            Worker::Tender(tender) => tender.go(self),
            Worker::Retrier(retrier) => retrier.go(self, rules),
            Worker::Canceller(canceller) => canceller.go(self),
            Worker::Changer(changer) => changer.go(self, rules),
        }
    }

    fn sender(&mut self, index: usize) -> Handler {
        let Worker::Handler(handler) = self.workers.remove(index) else { panic!("only a handler sends") };
        handler
    }

    fn join(&mut self, worker: Option<Worker>) {
        self.workers.extend(worker);
        self.workers.sort_unstable();
    }

    pub fn acknowledge(&mut self, letter: Letter) {
        self.letters.retain(|other| other.again() != letter.again());
    }

    fn may_become(&self, to: Endpoint) -> bool {
        self.endpoint != Endpoint::Deleted && self.endpoint != to
    }

    /// Changes the endpoint, unless it is no more.
    pub fn change(&mut self, to: Endpoint) {
        if self.may_become(to) {
            self.endpoint = to;
        }
    }

    /// What is recorded of the delivery, where there must be something.
    pub fn recorded(&self) -> Record {
        let Some(recorded) = self.delivery else { panic!("nobody knows of a delivery that is not there") };
        recorded
    }

    /// A write that is conditional on the fence; what is recorded after it.
    pub fn record(&mut self, from: Fence, next: impl FnOnce(&Delivery) -> Delivery) -> Record {
        let recorded = self.recorded();
        if recorded.fence != from {
            return recorded;
        }
        let before = recorded.delivery();
        let after = next(&before);
        assert_eq!(after.fence, from.next(), "every change raises the fence by one");
        if !recorded.is_open() && before.retry_by_hand() != Ok(Retry::Now(after.clone())) {
            self.breach = Some(Breach::Unsettled);
        }
        *self.delivery.insert(Record::of(&after))
    }
}

impl Worker {
    /// Whether it asks from outside, and nobody depends on its going on.
    pub fn asks(&self) -> bool {
        match self {
            Self::Publisher(_) | Self::Retrier(_) | Self::Canceller(_) | Self::Changer(_) => true,
            Self::Handler(_) | Self::Latecomer(_) | Self::Tender(_) => false,
        }
    }

    /// Whether there is a chore that comes, at the latest, when it ends.
    pub fn has_chore(self, rules: &Rules) -> bool {
        match self {
            Self::Tender(_) => true,
            Self::Handler(handler) => handler.has_asked(rules),
            Self::Changer(changer) => changer.has_asked(rules),
            Self::Publisher(_) | Self::Latecomer(_) | Self::Retrier(_) | Self::Canceller(_) => false,
        }
    }
}
