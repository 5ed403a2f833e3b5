//! What must hold of the world, whatever happens in it.

use rail::domain::delivery::State;

use super::deliver::{At, Handler, Letter, decide};
use super::record::{Answer, Record};
use super::world::{Action, Breach, Endpoint, Rules, Worker, World};

/// More steps than anything takes that comes to an end.
const FOR_EVER: usize = 300;

impl World {
    /// What was accepted and is open has a way forward that outlasts the end of everybody at work.
    pub fn leads_on(&self, rules: &Rules) -> bool {
        match self.delivery {
            Some(recorded) if self.promised && recorded.is_open() => self.has_a_way_forward(recorded, rules),
            Some(_) | None => true,
        }
    }

    fn has_a_way_forward(&self, recorded: Record, rules: &Rules) -> bool {
        let leads_on = |letter: Letter| decide(letter, recorded, rules) != At::Acknowledging;
        let tended = || self.chore || self.workers.iter().any(|worker| worker.has_chore(rules));
        self.letters.iter().copied().any(leads_on)
            || match recorded.state {
                State::Retrying { .. } => self.schedules.contains(&recorded.fence),
                State::Held => self.endpoint == Endpoint::Paused || tended(),
                State::Pending(_) | State::Delivered | State::Failed(_) => false,
            }
    }

    /// No round has more attempts than the policy gives.
    pub fn keeps_to_the_policy(&self, rules: &Rules) -> bool {
        self.delivery.is_none_or(|recorded| usize::from(recorded.made) <= rules.policy.attempts())
    }

    /// What is delivered stays so, and only a retry by hand leads out of what failed.
    pub fn stays_settled(&self) -> bool {
        self.breach != Some(Breach::Unsettled)
    }

    /// No attempt was recorded for a stale message.
    pub fn drops_what_is_stale(&self) -> bool {
        self.breach != Some(Breach::StaleAttempt)
    }

    /// Once nobody asks for anything, nothing goes wrong any more, and receivers refuse: what was accepted comes to an end
    /// by itself, or waits for its endpoint.
    pub fn comes_to_an_end(&self, rules: &Rules) -> bool {
        let mut world = self.clone();
        while let Some(asker) = world.workers.iter().position(|worker| worker.asks()) {
            world.act(Action::End(asker), rules);
        }
        for _ in 0..FOR_EVER {
            match world.undisturbed() {
                Some(action) => world.act(action, rules),
                None => return world.is_at_rest(),
            }
        }
        false
    }

    /// What happens next if nothing goes wrong.
    fn undisturbed(&self) -> Option<Action> {
        if let Some(worker) = self.workers.first() {
            return Some(match worker {
                Worker::Handler(Handler { at: At::Sending { .. }, .. }) if self.endpoint == Endpoint::Active => {
                    Action::Answer(0, Answer::Refused)
                }
                _ => Action::Go(0),
            });
        }
        if let Some(&letter) = self.letters.first() {
            return Some(Action::HandOut(letter.again()));
        }
        if self.chore {
            return Some(Action::TakeChore { again: false });
        }
        self.schedules.first().map(|&schedule| Action::Fire { schedule, again: false })
    }

    fn is_at_rest(&self) -> bool {
        let waits = |recorded: Record| recorded.state == State::Held && self.endpoint == Endpoint::Paused;
        self.delivery.is_none_or(|recorded| !self.promised || !recorded.is_open() || waits(recorded))
    }
}
