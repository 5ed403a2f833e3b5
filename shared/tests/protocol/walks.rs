//! Long random walks through the world, on the policy that production follows.

use std::collections::HashSet;

use proptest::prelude::*;
use rail::domain::retry::RetryPolicy;

use super::record::Answer;
use super::world::{Action, Asked, Crew, Rules, World};

fn rules() -> Rules {
    let crew = Crew { publishers: 1, handlers: 3, tenders: 1, retriers: 2, cancellers: 1, changers: 1 };
    let most = Some(Asked { retries: 4, cancels: 1, changes: 3 });
    Rules { policy: RetryPolicy::default(), crew, most, flaw: None }
}

/// All that may happen next; what leads far more often than what ends it.
fn likely(world: &World, rules: &Rules) -> Vec<Action> {
    let weight = |action: &Action| match action {
        Action::Answer(_, Answer::Refused) => 5,
        Action::Go(_) => 4,
        Action::Publish
        | Action::Retry
        | Action::Cancel
        | Action::Change(_)
        | Action::HandOut(_)
        | Action::TakeChore { .. }
        | Action::Fire { .. }
        | Action::Answer(_, Answer::Accepted | Answer::Gone)
        | Action::PutBack(_)
        | Action::End(_) => 1,
    };
    let actions = world.actions(rules);
    actions.into_iter().flat_map(|action| std::iter::repeat_n(action, weight(&action))).collect()
}

fn choices() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..200)
}

/// What may have come of it one step later, to who has forgotten the past.
fn ahead(world: &World, rules: &Rules) -> HashSet<World> {
    let then = |action| {
        let mut next = world.clone();
        next.act(action, rules);
        next.forget_the_past();
        next
    };
    world.actions(rules).into_iter().map(then).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn no_walk_through_the_protocol_loses_a_delivery(choices in choices()) {
        let rules = rules();
        let mut world = World::accepted();
        for choice in choices {
            let actions = likely(&world, &rules);
            if actions.is_empty() {
                break;
            }
            world.act(*choice.get(&actions), &rules);
            prop_assert!(world.leads_on(&rules), "stuck: {world:#?}");
            prop_assert!(world.keeps_to_the_policy(&rules), "{world:#?}");
            prop_assert!(world.stays_settled() && world.drops_what_is_stale(), "{world:#?}");
        }
        prop_assert!(world.comes_to_an_end(&rules), "it goes on for ever, or ends open: {world:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_can_happen_can_happen_to_who_has_forgotten_the_past(choices in choices()) {
        let rules = rules();
        let mut world = World::accepted();
        for choice in choices {
            let mut forgetful = world.clone();
            forgetful.forget_the_past();
            let possible = ahead(&forgetful, &rules);
            for next in ahead(&world, &rules) {
                prop_assert!(next == forgetful || possible.contains(&next), "{world:#?}\n{next:#?}");
            }
            let actions = likely(&world, &rules);
            world.act(*choice.get(&actions), &rules);
        }
    }
}
