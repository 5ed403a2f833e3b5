//! Every state that the world can reach within bounds, checked one by one.
//!
//! # What is bounded, and what is not
//! Bounded is how many are at work at once. How often somebody retries, cancels or changes the endpoint is not: the
//! checker forgets how a state came about ([`World::forget_the_past`]), and so finds finitely many.

use rail::domain::retry::RetryPolicy;
use stateright::{Checker, HasDiscoveries, Model, Property};

use super::world::{Action, Asked, Crew, Flaw, Rules, World};

const LEADS_ON: &str = "what was accepted and is open has a way forward";
const POLICY: &str = "no round has more attempts than the policy gives";
const SETTLED: &str = "what is delivered stays so, and only a retry by hand leads out of what failed";
const STALE: &str = "a stale message causes no recorded attempt";
const ENDS: &str = "left alone, what was accepted comes to an end";

struct Protocol {
    start: World,
    rules: Rules,
    memory: Memory,
}

/// Whether states that differ in nothing but their past are one.
#[derive(Clone, Copy, PartialEq)]
enum Memory {
    All,
    None,
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.start.clone()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        actions.extend(world.actions(&self.rules));
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.act(action, &self.rules);
        if self.memory == Memory::None {
            next.forget_the_past();
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(LEADS_ON, |model, world: &World| world.leads_on(&model.rules)),
            Property::always(POLICY, |model, world: &World| world.keeps_to_the_policy(&model.rules)),
            Property::always(SETTLED, |_, world: &World| world.stays_settled()),
            Property::always(STALE, |_, world: &World| world.drops_what_is_stale()),
            Property::always(ENDS, |model, world: &World| world.comes_to_an_end(&model.rules)),
        ]
    }
}

const ONCE: Asked = Asked { retries: 1, cancels: 1, changes: 1 };

/// The smallest policy that has a retry.
fn two_attempts() -> RetryPolicy {
    let Ok(policy) = "60".parse() else { panic!("a policy of two attempts") };
    policy
}

fn publishing(flaw: Option<Flaw>) -> Protocol {
    let crew = Crew { publishers: 2, handlers: 2, ..Crew::default() };
    let rules = Rules { policy: two_attempts(), crew, most: None, flaw };
    Protocol { start: World::new(), rules, memory: Memory::None }
}

fn retrying(flaw: Option<Flaw>) -> Protocol {
    let crew = Crew { handlers: 2, retriers: 1, cancellers: 1, ..Crew::default() };
    let rules = Rules { policy: two_attempts(), crew, most: None, flaw };
    Protocol { start: World::accepted(), rules, memory: Memory::None }
}

/// One handler, and changes of the endpoint without end.
fn tending(flaw: Option<Flaw>) -> Protocol {
    let crew = Crew { handlers: 1, tenders: 1, changers: 1, ..Crew::default() };
    let rules = Rules { policy: two_attempts(), crew, most: None, flaw };
    Protocol { start: World::accepted(), rules, memory: Memory::None }
}

/// Two handlers, and as many changes of the endpoint as this.
fn tending_at_once(changes: u8, flaw: Option<Flaw>) -> Protocol {
    let crew = Crew { handlers: 2, tenders: 1, changers: 1, ..Crew::default() };
    let most = Asked { changes, ..Asked::default() };
    let rules = Rules { policy: two_attempts(), crew, most: Some(most), flaw };
    Protocol { start: World::accepted(), rules, memory: Memory::None }
}

/// One of each who comes after publishing, and each asks once.
fn everybody_once() -> Protocol {
    let crew = Crew { publishers: 0, handlers: 1, tenders: 1, retriers: 1, cancellers: 1, changers: 1 };
    let rules = Rules { policy: two_attempts(), crew, most: Some(ONCE), flaw: None };
    Protocol { start: World::accepted(), rules, memory: Memory::None }
}

/// A retry by hand and a cancel, with nothing forgotten.
fn remembering() -> Protocol {
    let crew = Crew { handlers: 1, retriers: 1, cancellers: 1, ..Crew::default() };
    let rules = Rules { policy: two_attempts(), crew, most: Some(ONCE), flaw: None };
    Protocol { start: World::accepted(), rules, memory: Memory::All }
}

/// Checks every state, and prints how many there are.
fn holds(name: &str, protocol: Protocol) {
    let checker = protocol.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    println!("{name}: {} states, at most {} steps deep", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

/// Finds a state in which what was accepted has no way forward.
fn is_stuck(protocol: Protocol) {
    let stuck = HasDiscoveries::AnyOf([LEADS_ON].into());
    protocol.checker().finish_when(stuck).spawn_bfs().join().assert_any_discovery(LEADS_ON);
}

#[test]
fn publishing_and_delivering_keep_every_promise() {
    holds("publishing and delivering", publishing(None));
}

#[test]
fn retries_by_hand_and_cancels_without_end_keep_every_promise() {
    holds("retries by hand and cancels", retrying(None));
}

#[test]
fn changes_of_the_endpoint_without_end_keep_every_promise() {
    holds("changes of the endpoint, one handler", tending(None));
}

#[test]
fn a_change_of_the_endpoint_between_two_handlers_keeps_every_promise() {
    holds("changes of the endpoint, two handlers", tending_at_once(1, None));
}

#[test]
fn everybody_at_once_keeps_every_promise() {
    holds("everybody at once", everybody_once());
}

#[test]
fn a_retry_and_a_cancel_with_nothing_forgotten_keep_every_promise() {
    holds("nothing forgotten", remembering());
}

#[test]
fn an_answer_before_the_queue_has_the_message_is_found() {
    is_stuck(publishing(Some(Flaw::AnsweredBeforeTheQueue)));
}

#[test]
fn a_retry_by_hand_that_is_recorded_first_is_found() {
    is_stuck(retrying(Some(Flaw::RetryRecordedFirst)));
}

#[test]
fn a_message_acknowledged_before_the_schedule_is_found() {
    is_stuck(publishing(Some(Flaw::AcknowledgedBeforeTheSchedule)));
}

#[test]
fn a_delivery_held_back_without_looking_again_is_found() {
    is_stuck(tending(Some(Flaw::NotLookedAgain)));
}

#[test]
fn a_delivery_held_back_by_a_handler_that_crashed_before_looking_again_is_found() {
    is_stuck(tending(Some(Flaw::LookedAgainByTheFirstAlone)));
}

#[test]
fn an_endpoint_changed_without_asking_before_is_found() {
    is_stuck(tending(Some(Flaw::NotAskedBefore)));
}

#[test]
fn an_endpoint_that_is_gone_and_disabled_without_asking_before_is_found() {
    is_stuck(tending_at_once(1, Some(Flaw::GoneNotAskedBefore)));
}
