//! Forgetting how a state came about.
//!
//! All that a fence decides is whether it lies behind the delivery's, is the delivery's, or is ahead of it. So the
//! delivery can be said to be at its third fence, what lies just behind at the second, and what lies further behind at
//! the first. That makes one state of many, and a finite world of one in which people retry, cancel, pause and activate
//! for ever. The walks check that nothing is
//! lost by it: `whatever_can_happen_can_happen_to_who_has_forgotten_the_past`.

use std::cmp::Ordering;

use rail::domain::delivery::{Fence, Reason, State};

use super::askers::{Canceller, Retrier};
use super::deliver::{At, Found, Handler, Letter};
use super::record::Record;
use super::tend::Tender;
use super::world::{Worker, World};

/// The fences again, counted from the delivery's.
#[derive(Clone, Copy)]
struct Recount {
    now: Fence,
}

impl Recount {
    fn fence(self, fence: Fence) -> Fence {
        let first = Fence::FIRST;
        let [just_behind, now] = match self.now {
            now if now == first => [first, first],
            now if now == first.next() => [first, first.next()],
            _ => [first.next(), first.next().next()],
        };
        match fence.cmp(&self.now) {
            Ordering::Less if fence.next() == self.now => just_behind,
            Ordering::Less => first,
            Ordering::Equal => now,
            Ordering::Greater => now.next(),
        }
    }

    /// Who asked decides something only while a message is ahead of the record.
    fn letter(self, letter: Letter) -> Letter {
        match letter {
            Letter::Fresh => Letter::Fresh,
            Letter::Manual(fence) if fence > self.now => Letter::Manual(self.fence(fence)),
            Letter::Manual(fence) | Letter::Policy(fence) => Letter::Policy(self.fence(fence)),
        }
    }

    fn worker(self, worker: Worker) -> Worker {
        match worker {
            Worker::Publisher(_) | Worker::Changer(_) => worker,
            Worker::Handler(Handler { letter, at }) => {
                Worker::Handler(Handler { letter: self.letter(letter), at: self.at(at) })
            }
            Worker::Latecomer(fence) => Worker::Latecomer(self.fence(fence)),
            Worker::Tender(tender) => Worker::Tender(self.tender(tender)),
            Worker::Retrier(retrier) => Worker::Retrier(self.retrier(retrier)),
            Worker::Canceller(Canceller { from }) => Worker::Canceller(Canceller { from: self.fence(from) }),
        }
    }

    fn at(self, at: At) -> At {
        match at {
            At::Advancing { from } => At::Advancing { from: self.fence(from) },
            At::Sending { from } => At::Sending { from: self.fence(from) },
            At::AskingBefore { from } => At::AskingBefore { from: self.fence(from) },
            At::Disabling { from } => At::Disabling { from: self.fence(from) },
            At::AskingAfter { from } => At::AskingAfter { from: self.fence(from) },
            // What was found will not be recorded.
            At::Recording { from, .. } if from < self.now => At::Recording { from: Fence::FIRST, found: Found::Paused },
            At::Recording { from, found } => At::Recording { from: self.fence(from), found },
            At::Scheduling { fence } => At::Scheduling { fence: self.fence(fence) },
            At::LookingAgain | At::AskingForLook | At::Acknowledging => at,
        }
    }

    fn tender(self, tender: Tender) -> Tender {
        match tender {
            Tender::Enqueuing { from } => Tender::Enqueuing { from: self.fence(from) },
            Tender::Releasing { from } => Tender::Releasing { from: self.fence(from) },
            Tender::Abandoning { from, deleted } => Tender::Abandoning { from: self.fence(from), deleted },
            Tender::Looking(_) | Tender::Acknowledging => tender,
        }
    }

    fn retrier(self, retrier: Retrier) -> Retrier {
        match retrier {
            Retrier::EnqueuingAgain { fence } => Retrier::EnqueuingAgain { fence: self.fence(fence) },
            Retrier::Enqueuing { from } => Retrier::Enqueuing { from: self.fence(from) },
            Retrier::Recording { from } => Retrier::Recording { from: self.fence(from) },
        }
    }
}

impl World {
    /// Forgets all that makes no difference to what can happen from here on.
    pub fn forget_the_past(&mut self) {
        let Some(recorded) = &mut self.delivery else { return };
        let recount = Recount { now: recorded.fence };
        recorded.fence = recount.fence(recorded.fence);
        recorded.forget_the_past();
        self.schedules = self.schedules.iter().map(|&fence| recount.fence(fence)).collect();
        self.letters = self.letters.iter().map(|&letter| recount.letter(letter)).collect();
        for worker in &mut self.workers {
            *worker = recount.worker(*worker);
        }
        self.workers.sort_unstable();
    }
}

impl Record {
    fn forget_the_past(&mut self) {
        if let State::Failed(_) = self.state {
            // A retry by hand starts a new round, whatever the reason was and whatever was tried.
            self.state = State::Failed(Reason::Cancelled);
            self.made_before += std::mem::take(&mut self.made);
        }
        // A cancel asks whether there was any attempt at all.
        self.made_before = if self.made > 0 { 0 } else { self.made_before.min(1) };
    }
}
