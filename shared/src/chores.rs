//! Chores: looking after an endpoint's deliveries when the endpoint has changed.
//!
//! A chore says no more than which endpoint to look at: whoever does it reads what the endpoint is now, and brings its
//! deliveries into line. So chores may come twice, late or in any order. The same is true of one that asks for a turn of a
//! recovery: how far that got is read from the table.
//!
//! # What is promised
//! Whoever changes an endpoint's status asks for a chore *before* the change, which comes when the change has surely been
//! made or given up, and for another after it. A crash in between leaves the first.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::aws::AwsError;
use crate::domain::id::{EndpointId, RecoveryId, TenantId};
use crate::domain::pace::LONGEST_DELAY;
use crate::domain::recovery::Recovery;
use crate::queue::{Letter, Queue};

/// When a change that was begun has surely been made or given up: longer than any function's time-out (45 s, template.yaml).
/// What was recorded beside the change has come into the index by then, and an attempt under way has ended.
const SETTLED: Duration = Duration::from_secs(60);

/// An endpoint to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chore {
    /// Whose endpoint.
    pub tenant: TenantId,
    /// Which.
    pub endpoint: EndpointId,
    /// The recovery of which a turn is asked for; none where the endpoint has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoveryId>,
}

impl Chore {
    /// To look after an endpoint that changes.
    pub fn of(tenant: TenantId, endpoint: EndpointId) -> Self {
        Self { tenant, endpoint, recovery: None }
    }

    /// To take a turn of a recovery.
    pub fn recover(recovery: &Recovery) -> Self {
        Self { recovery: Some(recovery.id), ..Self::of(recovery.tenant.clone(), recovery.endpoint) }
    }

    pub(crate) fn letter(&self, delay: Duration) -> Letter {
        #[expect(clippy::expect_used, reason = "ids serialise to JSON without fail")]
        let text = serde_json::to_string(self).expect("JSON serialises");
        Letter { text, group: self.tenant.clone(), delay }
    }
}

/// The queue of chores.
#[derive(Debug, Clone)]
pub struct Chores {
    queue: Queue,
}

impl Chores {
    /// In this queue.
    pub fn new(queue: Queue) -> Self {
        Self { queue }
    }

    /// Asks for a look at an endpoint that is about to change.
    pub async fn ask_before(&self, chore: &Chore) -> Result<(), AwsError> {
        self.queue.send_letters(&[chore.letter(SETTLED)]).await
    }

    /// Asks for a look at an endpoint that has changed.
    pub async fn ask_after(&self, chore: &Chore) -> Result<(), AwsError> {
        self.ask_in(Duration::ZERO, chore).await
    }

    /// Asks for a chore after this wait, or after the longest that a queue keeps a message back.
    pub async fn ask_in(&self, wait: Duration, chore: &Chore) -> Result<(), AwsError> {
        self.queue.send_letters(&[chore.letter(wait.min(LONGEST_DELAY))]).await
    }
}
