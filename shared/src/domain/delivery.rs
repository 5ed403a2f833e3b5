//! A delivery: one event on its way to one endpoint, and all that can happen to it.
//!
//! # The fence
//! Every change of a delivery raises its *fence* by one, and every message that asks for an attempt names the fence it
//! was made for. A message whose fence is no longer the delivery's is stale: what it asks for has been done, or
//! overtaken. So any message may be lost, repeated or late, and all of them may arrive at once: of all the work they
//! cause, one outcome is recorded, because each record is conditional on the fence that it was made for.
//!
//! # What is promised
//! - [`call_for`] and the transitions are total: every message finds an answer in every state.
//! - `Delivered` and `Failed` absorb: nothing but a manual retry leads out of `Failed`, nothing out of `Delivered`.
//! - A delivery is never left waiting without a message or a schedule that leads on: whoever finds one `Retrying`
//!   makes sure that its schedule exists. One that is `Held` waits for its endpoint, and whoever tends that lets it go.
//!
//! Not promised: that an attempt is made once only. A crash between sending and recording sends again, with the same
//! `webhook-id`.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::EventHead;
use super::id::{EndpointId, EventId, TenantId};
use super::pattern::EventType;
use super::retry::RetryPolicy;

/// The most attempts that a delivery may have behind it when a manual retry is asked for.
///
/// All attempts lie in the delivery's item, each with up to 1 KB of the response; an item holds at most 400 KB. With a
/// last round of at most 21 attempts there remains a wide margin.
pub const MAX_ATTEMPTS: usize = 100;

/// How many times a delivery has changed. See the module's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fence(u32);

impl Fence {
    /// Of a delivery that was just created.
    pub const FIRST: Self = Self(1);

    /// After one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// As a number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Who asked for an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The publishing of the event, or the retry policy.
    Policy,
    /// Somebody who asked for a retry now.
    Manual,
    /// Somebody who tests the endpoint: it is tried this once.
    Test,
}

/// Why a delivery failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Every attempt of the policy failed.
    AttemptsExhausted,
    /// The receiver answered `410 Gone`.
    EndpointGone,
    /// The endpoint was disabled meanwhile.
    EndpointDisabled,
    /// The endpoint was deleted meanwhile.
    EndpointDeleted,
    /// The event is older than the retention, so its payload is no more.
    EventExpired,
    /// Somebody cancelled the retries.
    Cancelled,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// An attempt is under way or waits in the queue.
    Pending(Trigger),
    /// The endpoint is paused: the attempt is kept back, and nothing is under way for it.
    Held,
    /// The last attempt failed; the next is due then.
    Retrying {
        /// When the next attempt is due.
        due: Timestamp,
    },
    /// An attempt was accepted.
    Delivered,
    /// No attempt will follow by itself.
    Failed(Reason),
}

/// A delivery's state as clients see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Awaiting delivery.
    Pending,
    /// Accepted by the receiver.
    Delivered,
    /// Given up.
    Failed,
    /// Failed so far, and to be attempted again.
    Retrying,
}

impl Status {
    /// Every status there is.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Retrying];

    /// An event's status, from those of its deliveries: what is still under way counts most. An event that matched no
    /// endpoint is delivered: nothing is outstanding.
    pub fn of_event(deliveries: impl IntoIterator<Item = Status>) -> Self {
        let urgency = |status: &Status| match status {
            Self::Retrying => 3,
            Self::Pending => 2,
            Self::Failed => 1,
            Self::Delivered => 0,
        };
        deliveries.into_iter().max_by_key(urgency).unwrap_or(Self::Delivered)
    }

    /// The status's name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Retrying => "retrying",
        }
    }
}

/// How an attempt ended. A receiver's fault is not an error of ours: it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Answered 2xx.
    Accepted {
        /// The HTTP status.
        status: u16,
    },
    /// Answered anything else; a redirect too, which is never followed.
    Refused {
        /// The HTTP status.
        status: u16,
        /// How many seconds the receiver asked to be left alone (`Retry-After` on 429 and 503).
        retry_after_seconds: Option<u32>,
    },
    /// Answered `410 Gone`: the endpoint wants no more.
    Gone,
    /// No answer within the attempt time-out.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable {
        /// What went wrong.
        error: String,
    },
    /// The endpoint's host lies where no request may go.
    ForbiddenAddress {
        /// Which address, and why.
        error: String,
    },
}

impl Outcome {
    /// The outcome's name in the API and the log.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Gone => "gone",
            Self::TimedOut => "timed_out",
            Self::Unreachable { .. } => "unreachable",
            Self::ForbiddenAddress { .. } => "forbidden_address",
        }
    }

    /// The HTTP status that was answered, if any was.
    pub const fn response_status(&self) -> Option<u16> {
        match self {
            Self::Accepted { status } | Self::Refused { status, .. } => Some(*status),
            Self::Gone => Some(410),
            Self::TimedOut | Self::Unreachable { .. } | Self::ForbiddenAddress { .. } => None,
        }
    }

    /// What went wrong, where there is no answer to show it.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Accepted { .. } | Self::Refused { .. } | Self::Gone => None,
            Self::TimedOut => Some("no answer within the attempt time-out"),
            Self::Unreachable { error } | Self::ForbiddenAddress { error } => Some(error),
        }
    }
}

/// One HTTP request of a delivery, as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// How it ended.
    pub outcome: Outcome,
    /// When it was begun.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// The beginning of the response's body, at most 1 KB; none without a response.
    pub response_body: Option<String>,
}

/// One attempt, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which of the delivery's attempts: 1, 2, 3…, over all rounds.
    pub number: u32,
    /// The fence at which it was made.
    pub fence: Fence,
    /// Which round of the policy: 1, and one more for every manual retry of a failed delivery.
    pub round: u32,
    /// Who asked for it.
    pub trigger: Trigger,
    /// When it was begun.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The beginning of the response's body.
    pub response_body: Option<String>,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What is delivered.
    pub event: EventId,
    /// Of which type.
    pub event_type: EventType,
    /// When the event was published.
    pub created_at: Timestamp,
    /// Until when it is kept: as long as its event.
    pub expires: Timestamp,
    /// Where it stands.
    pub state: State,
    /// How many times it has changed.
    pub fence: Fence,
    /// The round of the policy that it is in, from 1.
    pub round: u32,
    /// What was tried so far, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What a message asks for: the attempt of a delivery that is due at this fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The fence at which the message was made.
    pub fence: Fence,
    /// Who asked.
    pub trigger: Trigger,
}

/// What a message calls for, given what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send the request.
    Attempt,
    /// Record this first (a retry by hand or a release whose asker got no further than the queue), then send the
    /// request.
    Advance(Delivery),
    /// The message is stale, and the delivery waits: make sure that its schedule exists.
    Schedule {
        /// When the next attempt is due.
        due: Timestamp,
    },
    /// The message is stale, and nothing is to be done.
    Nothing,
}

/// Why a delivery cannot be retried by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRetryable {
    /// There is nothing left to do.
    #[error("is delivered already")]
    Delivered,
    /// It has been tried [`MAX_ATTEMPTS`] times.
    #[error("has had {MAX_ATTEMPTS} attempts, the most there may be")]
    TooManyAttempts,
}

/// Why there are no retries of a delivery to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCancellable {
    /// Its first attempt is under way.
    #[error("awaits its first attempt, which cannot be called back")]
    FirstAttempt,
    /// It is delivered, or failed for good.
    #[error("is settled")]
    Settled,
}

/// What a manual retry makes of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// It was pending: ask again for the attempt that is due anyway, in case the first asking was lost.
    Again,
    /// It waited, was held or had failed: this is its new state.
    Now(Delivery),
}

/// What this message calls for.
pub fn call_for(recorded: &Delivery, call: Call) -> Step {
    if call.fence == recorded.fence {
        return match recorded.state {
            State::Pending(_) | State::Retrying { .. } => Step::Attempt,
            State::Held | State::Delivered | State::Failed(_) => Step::Nothing,
        };
    }
    if call.fence < recorded.fence {
        return match recorded.state {
            State::Retrying { due } => Step::Schedule { due },
            State::Pending(_) | State::Held | State::Delivered | State::Failed(_) => Step::Nothing,
        };
    }
    // Ahead of the record: what brings a delivery forward is enqueued first and recorded after, so that a crash in
    // between is mended here.
    let advanced = match call.trigger {
        Trigger::Manual => match recorded.retry_by_hand() {
            Ok(Retry::Now(advanced)) => Some(advanced),
            Ok(Retry::Again) | Err(_) => None,
        },
        Trigger::Policy => recorded.released(),
        Trigger::Test => None,
    };
    advanced.filter(|advanced| advanced.fence == call.fence).map_or(Step::Nothing, Step::Advance)
}

impl Delivery {
    /// A new delivery of an event of that time, kept until then; its first attempt pending.
    pub fn new(
        tenant: TenantId,
        endpoint: EndpointId,
        event: EventId,
        event_type: EventType,
        (created_at, expires): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            tenant,
            endpoint,
            event,
            event_type,
            created_at,
            expires,
            state: State::Pending(Trigger::Policy),
            fence: Fence::FIRST,
            round: 1,
            attempts: Vec::new(),
        }
    }

    /// The delivery of an event to one of the endpoints it fans out to, its first attempt pending.
    pub fn first_of(event: &EventHead, endpoint: EndpointId) -> Self {
        Self::new(event.tenant.clone(), endpoint, event.id, event.event_type.clone(), (event.created_at, event.expires))
    }

    /// What clients are told of its state.
    pub fn status(&self) -> Status {
        match self.state {
            State::Pending(_) | State::Held => Status::Pending,
            State::Retrying { .. } => Status::Retrying,
            State::Delivered => Status::Delivered,
            State::Failed(_) => Status::Failed,
        }
    }

    /// When the next attempt is due, if one is.
    pub fn next_attempt_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Retrying { due } => Some(due),
            State::Pending(_) | State::Held | State::Delivered | State::Failed(_) => None,
        }
    }

    /// Why it failed, if it did.
    pub fn reason(&self) -> Option<Reason> {
        match self.state {
            State::Failed(reason) => Some(reason),
            State::Pending(_) | State::Held | State::Retrying { .. } | State::Delivered => None,
        }
    }

    /// This delivery after an attempt that ended like this.
    #[must_use]
    pub fn after(&self, exchange: Exchange, trigger: Trigger, policy: &RetryPolicy) -> Self {
        let Exchange { outcome, started_at, duration_ms, response_body } = exchange;
        let made = self.attempts.iter().filter(|attempt| attempt.round == self.round).count() + 1;
        let ended = started_at.saturating_add(SignedDuration::from_millis(duration_ms.into())).unwrap_or(started_at);
        let next_attempt = |asked| match trigger {
            Trigger::Policy | Trigger::Manual => policy.next_attempt(made, ended, asked),
            // Whoever tests wants to know how it went, now.
            Trigger::Test => None,
        };
        let state = match &outcome {
            Outcome::Accepted { .. } => State::Delivered,
            Outcome::Gone => State::Failed(Reason::EndpointGone),
            Outcome::Refused { retry_after_seconds, .. } => {
                let asked = retry_after_seconds.map(|seconds| std::time::Duration::from_secs(seconds.into()));
                waiting(next_attempt(asked))
            }
            Outcome::TimedOut | Outcome::Unreachable { .. } | Outcome::ForbiddenAddress { .. } => {
                waiting(next_attempt(None))
            }
        };
        let number = self.attempts.len() as u32 + 1;
        let (fence, round) = (self.fence, self.round);
        let attempt = Attempt { number, fence, round, trigger, started_at, duration_ms, outcome, response_body };
        let mut next = self.moved_to(state);
        next.attempts.push(attempt);
        next
    }

    /// This delivery given up without an attempt.
    #[must_use]
    pub fn given_up(&self, reason: Reason) -> Self {
        self.moved_to(State::Failed(reason))
    }

    /// This delivery kept back, because its endpoint is paused.
    #[must_use]
    pub fn held(&self) -> Self {
        self.moved_to(State::Held)
    }

    /// This delivery let go again, because its endpoint is active; `None` if it was not held.
    pub fn released(&self) -> Option<Self> {
        match self.state {
            State::Held => Some(self.moved_to(State::Pending(Trigger::Policy))),
            State::Pending(_) | State::Retrying { .. } | State::Delivered | State::Failed(_) => None,
        }
    }

    /// Whether it waits, and nothing is under way for it.
    pub fn waits(&self) -> bool {
        match self.state {
            State::Held | State::Retrying { .. } => true,
            State::Pending(_) | State::Delivered | State::Failed(_) => false,
        }
    }

    /// This delivery given up because its endpoint takes nothing any more: what waits for it would wait in vain. `None` if
    /// it does not wait: then it is settled, or a message will settle it.
    pub fn abandoned(&self, reason: Reason) -> Option<Self> {
        self.waits().then(|| self.given_up(reason))
    }

    /// What cancelling the retries to come makes of a delivery.
    ///
    /// A first attempt is none of them: it may be under way, and its outcome counts. Of a retry that is under way the
    /// outcome is dropped.
    ///
    /// # Errors
    /// When no retry is to come.
    pub fn cancelled(&self) -> Result<Self, NotCancellable> {
        match self.state {
            State::Retrying { .. } | State::Held => Ok(self.given_up(Reason::Cancelled)),
            State::Pending(_) if self.attempts.is_empty() => Err(NotCancellable::FirstAttempt),
            State::Pending(_) => Ok(self.given_up(Reason::Cancelled)),
            State::Delivered | State::Failed(_) => Err(NotCancellable::Settled),
        }
    }

    /// What somebody's wish to have it delivered again now makes of it.
    ///
    /// What waits is brought forward; what failed starts a new round of the policy.
    ///
    /// # Errors
    /// When there is nothing to deliver, or it was tried too often.
    pub fn retry_by_hand(&self) -> Result<Retry, NotRetryable> {
        let round = match self.state {
            State::Delivered => return Err(NotRetryable::Delivered),
            State::Pending(_) => return Ok(Retry::Again),
            State::Held | State::Retrying { .. } => self.round,
            State::Failed(_) => self.round + 1,
        };
        if self.attempts.len() >= MAX_ATTEMPTS {
            return Err(NotRetryable::TooManyAttempts);
        }
        Ok(Retry::Now(Self { round, ..self.moved_to(State::Pending(Trigger::Manual)) }))
    }

    fn moved_to(&self, state: State) -> Self {
        Self { state, fence: self.fence.next(), ..self.clone() }
    }
}

fn waiting(due: Option<Timestamp>) -> State {
    due.map_or(State::Failed(Reason::AttemptsExhausted), |due| State::Retrying { due })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fresh() -> Delivery {
        let at = Timestamp::UNIX_EPOCH;
        Delivery::new(
            "acme".parse().unwrap(),
            EndpointId::new(at, 1),
            EventId::new(at, 2),
            "contract.created".parse().unwrap(),
            (at, at),
        )
    }

    fn ended(outcome: Outcome) -> Exchange {
        Exchange { outcome, started_at: Timestamp::UNIX_EPOCH, duration_ms: 0, response_body: None }
    }

    fn refused() -> Exchange {
        ended(Outcome::Refused { status: 503, retry_after_seconds: None })
    }

    fn call(delivery: &Delivery) -> Call {
        Call { fence: delivery.fence, trigger: Trigger::Policy }
    }

    fn exhausted() -> Delivery {
        (0..5).fold(fresh(), |delivery, _| delivery.after(refused(), Trigger::Policy, &RetryPolicy::default()))
    }

    #[test]
    fn the_policy_is_followed_to_its_end() {
        let policy = RetryPolicy::default();
        let mut delivery = fresh();
        for due in [60, 300, 1800, 7200] {
            delivery = delivery.after(refused(), Trigger::Policy, &policy);
            assert_eq!(delivery.state, State::Retrying { due: Timestamp::from_second(due).unwrap() });
        }
        delivery = delivery.after(refused(), Trigger::Policy, &policy);
        assert_eq!(delivery.state, State::Failed(Reason::AttemptsExhausted));
        assert_eq!(delivery.attempts.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_test_is_tried_once_and_a_manual_retry_of_it_follows_the_policy() {
        let failed = fresh().after(refused(), Trigger::Test, &RetryPolicy::default());
        assert_eq!(failed.state, State::Failed(Reason::AttemptsExhausted));
        let Ok(Retry::Now(again)) = failed.retry_by_hand() else { unreachable!() };
        let again = again.after(refused(), Trigger::Manual, &RetryPolicy::default());
        assert_eq!(again.status(), Status::Retrying);
    }

    #[test]
    fn a_manual_retry_of_a_failed_delivery_starts_a_new_round_of_the_whole_policy() {
        let Ok(Retry::Now(mut delivery)) = exhausted().retry_by_hand() else { unreachable!() };
        assert_eq!((delivery.status(), delivery.round), (Status::Pending, 2));
        delivery = delivery.after(refused(), Trigger::Manual, &RetryPolicy::default());
        assert_eq!(delivery.state, State::Retrying { due: Timestamp::from_second(60).unwrap() });
        let last = delivery.attempts.last().unwrap();
        assert_eq!((last.number, last.round, last.trigger), (6, 2, Trigger::Manual));
    }

    #[test]
    fn a_manual_retry_of_a_waiting_delivery_stays_in_its_round_and_makes_its_schedule_stale() {
        let waiting = fresh().after(refused(), Trigger::Policy, &RetryPolicy::default());
        let schedule = call(&waiting);
        let Ok(Retry::Now(forward)) = waiting.retry_by_hand() else { unreachable!() };
        assert_eq!((forward.round, forward.state), (1, State::Pending(Trigger::Manual)));
        assert_eq!(call_for(&forward, schedule), Step::Nothing);
        let then = forward.after(refused(), Trigger::Manual, &RetryPolicy::default());
        assert_eq!(then.state, State::Retrying { due: Timestamp::from_second(300).unwrap() });
    }

    #[test]
    fn a_manual_retry_that_reached_the_queue_alone_is_completed_by_whoever_reads_it() {
        let failed = exhausted();
        let Ok(Retry::Now(advanced)) = failed.retry_by_hand() else { unreachable!() };
        let message = Call { fence: advanced.fence, trigger: Trigger::Manual };
        assert_eq!(call_for(&failed, message), Step::Advance(advanced.clone()));
        assert_eq!(call_for(&advanced, message), Step::Attempt);
        // Only a manual retry may be ahead of the record.
        assert_eq!(call_for(&failed, Call { trigger: Trigger::Policy, ..message }), Step::Nothing);
    }

    #[test]
    fn a_held_delivery_waits_for_its_endpoint_and_goes_on_where_it_was() {
        let held = fresh().after(refused(), Trigger::Policy, &RetryPolicy::default()).held();
        assert_eq!((held.status(), call_for(&held, call(&held))), (Status::Pending, Step::Nothing));
        let released = held.released().unwrap();
        assert_eq!(call_for(&held, call(&released)), Step::Advance(released.clone()));
        assert_eq!(call_for(&released, call(&released)), Step::Attempt);
        let then = released.after(refused(), Trigger::Policy, &RetryPolicy::default());
        assert_eq!(then.state, State::Retrying { due: Timestamp::from_second(300).unwrap() });
        assert_eq!(then.released(), None);
    }

    #[test]
    fn cancelling_drops_what_is_still_to_come_but_no_first_attempt() {
        let waiting = fresh().after(refused(), Trigger::Policy, &RetryPolicy::default());
        let cancelled = waiting.cancelled().unwrap();
        assert_eq!(cancelled.state, State::Failed(Reason::Cancelled));
        assert_eq!(call_for(&cancelled, call(&waiting)), Step::Nothing);
        let Ok(Retry::Now(forward)) = waiting.retry_by_hand() else { unreachable!() };
        assert_eq!(forward.cancelled().map(|d| d.state), Ok(State::Failed(Reason::Cancelled)));
        assert_eq!(fresh().held().cancelled().map(|d| d.state), Ok(State::Failed(Reason::Cancelled)));
        assert_eq!(fresh().cancelled(), Err(NotCancellable::FirstAttempt));
        assert_eq!(cancelled.cancelled(), Err(NotCancellable::Settled));
    }

    #[test]
    fn a_repeated_message_makes_sure_of_the_schedule() {
        let first = fresh();
        let waiting = first.after(refused(), Trigger::Policy, &RetryPolicy::default());
        assert_eq!(call_for(&waiting, call(&first)), Step::Schedule { due: Timestamp::from_second(60).unwrap() });
        assert_eq!(call_for(&waiting, call(&waiting)), Step::Attempt);
    }

    #[test]
    fn gone_ends_it_at_once() {
        let delivery = fresh().after(ended(Outcome::Gone), Trigger::Policy, &RetryPolicy::default());
        assert_eq!(delivery.state, State::Failed(Reason::EndpointGone));
    }

    #[test]
    fn an_event_is_as_urgent_as_its_most_urgent_delivery() {
        use Status::*;
        assert_eq!(Status::of_event([]), Delivered);
        assert_eq!(Status::of_event([Delivered, Failed]), Failed);
        assert_eq!(Status::of_event([Failed, Pending, Delivered]), Pending);
        assert_eq!(Status::of_event([Failed, Pending, Retrying]), Retrying);
    }

    fn outcomes() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            Just(Outcome::Accepted { status: 200 }),
            any::<Option<u32>>().prop_map(|retry_after_seconds| Outcome::Refused { status: 503, retry_after_seconds }),
            Just(Outcome::Gone),
            Just(Outcome::TimedOut),
            Just(Outcome::Unreachable { error: "refused".to_owned() }),
            Just(Outcome::ForbiddenAddress { error: "loopback".to_owned() }),
        ]
    }

    /// What may happen to a delivery from outside.
    #[derive(Debug, Clone)]
    enum Happening {
        Attempted(Outcome),
        RetriedByHand,
        GivenUp,
        Held,
        Released,
        Cancelled,
    }

    fn happenings() -> impl Strategy<Value = Vec<Happening>> {
        let one = prop_oneof![
            4 => outcomes().prop_map(Happening::Attempted),
            2 => Just(Happening::RetriedByHand),
            1 => Just(Happening::GivenUp),
            1 => Just(Happening::Held),
            1 => Just(Happening::Released),
            1 => Just(Happening::Cancelled),
        ];
        prop::collection::vec(one, 0..30)
    }

    fn happen(delivery: &Delivery, happening: Happening) -> Delivery {
        let open = matches!(delivery.status(), Status::Pending | Status::Retrying);
        match happening {
            Happening::Attempted(outcome) if call_for(delivery, call(delivery)) == Step::Attempt => {
                delivery.after(ended(outcome), Trigger::Policy, &RetryPolicy::default())
            }
            Happening::RetriedByHand => match delivery.retry_by_hand() {
                Ok(Retry::Now(next)) => next,
                Ok(Retry::Again) | Err(_) => delivery.clone(),
            },
            Happening::GivenUp if open => delivery.given_up(Reason::EndpointDeleted),
            Happening::Held if open => delivery.held(),
            Happening::Released => delivery.released().unwrap_or_else(|| delivery.clone()),
            Happening::Cancelled => delivery.cancelled().unwrap_or_else(|_| delivery.clone()),
            Happening::Attempted(_) | Happening::GivenUp | Happening::Held => delivery.clone(),
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_the_promises_hold(happenings in happenings()) {
            let mut delivery = fresh();
            let mut stale = Vec::new();
            for happening in happenings {
                let next = happen(&delivery, happening);
                if next != delivery {
                    prop_assert_eq!(next.fence, delivery.fence.next());
                    prop_assert_ne!(delivery.status(), Status::Delivered);
                    stale.push(call(&delivery));
                }
                delivery = next;

                // A stale message never causes an attempt.
                for old in &stale {
                    let idle = matches!(call_for(&delivery, *old), Step::Schedule { .. } | Step::Nothing);
                    prop_assert!(idle);
                }
                // Attempts are numbered without gaps, and no round has more than the policy gives.
                for (index, attempt) in delivery.attempts.iter().enumerate() {
                    prop_assert_eq!(attempt.number as usize, index + 1);
                }
                for round in 1..=delivery.round {
                    let made = delivery.attempts.iter().filter(|attempt| attempt.round == round).count();
                    prop_assert!(made <= RetryPolicy::default().attempts());
                }
                // What is open has a way forward: its own message, or a release.
                match delivery.state {
                    State::Pending(_) | State::Retrying { .. } => {
                        prop_assert_eq!(call_for(&delivery, call(&delivery)), Step::Attempt);
                    }
                    State::Held => prop_assert!(delivery.released().is_some()),
                    State::Delivered | State::Failed(_) => {}
                }
            }
        }
    }
}
