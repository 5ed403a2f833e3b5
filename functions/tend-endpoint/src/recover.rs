//! A turn of a recovery: some of the failed deliveries of its period are started again.

use jiff::Timestamp;
use rail::chores::Chore;
use rail::clock;
use rail::domain::delivery::{Delivery, Retry, Status, Trigger};
use rail::domain::endpoint::{Endpoint, EndpointStatus};
use rail::domain::id::{EventId, RecoveryId};
use rail::domain::recovery::{Recovery, RecoveryStatus, Turn};

use crate::{AT_ONCE, Fault, TendEndpoint};

/// What a turn looks at.
struct Failed {
    deliveries: Vec<Delivery>,
    /// The last event that the index showed.
    reached: Option<EventId>,
    more: bool,
}

impl TendEndpoint {
    /// Takes a turn, records how far the recovery is now, and asks for the next turn when what was started is on its way. A
    /// crash between any two of these repeats what is missing.
    pub(crate) async fn recover(&self, chore: &Chore, id: RecoveryId) -> Result<(), Fault> {
        let now = clock::now();
        let found = self.log.find_recovery(&chore.tenant, id, now).await?;
        let Some(recovery) = found.filter(|recovery| recovery.status == RecoveryStatus::Running) else {
            return Ok(());
        };
        let Some(endpoint) = self.open_endpoint(&recovery).await? else {
            self.log.advance_recovery(&recovery, &recovery.stopped(now)).await?;
            return Ok(());
        };
        let (turn, last_due) = self.take_turn(&recovery, &endpoint).await?;
        let advanced = recovery.after(turn, clock::now());
        tracing::info!(
            tenant = %recovery.tenant,
            endpoint = %recovery.endpoint,
            recovery = %recovery.id,
            recovered = turn.recovered,
            skipped = turn.skipped,
            more = turn.more,
            "recovery.advanced"
        );
        // Whoever was quicker asks for the next turn.
        if self.log.advance_recovery(&recovery, &advanced).await? && turn.more {
            let wait = last_due.duration_since(clock::now());
            self.chores.ask_in(wait.try_into().unwrap_or_default(), chore).await?;
        }
        Ok(())
    }

    /// The endpoint, unless it takes nothing.
    async fn open_endpoint(&self, recovery: &Recovery) -> Result<Option<Endpoint>, Fault> {
        let found = self.endpoints.find(&recovery.tenant, recovery.endpoint).await?;
        Ok(found.filter(|endpoint| match endpoint.status {
            EndpointStatus::Active | EndpointStatus::Paused => true,
            EndpointStatus::Disabled(_) => false,
        }))
    }

    /// What was done, and when the last of what was started is due.
    async fn take_turn(&self, recovery: &Recovery, endpoint: &Endpoint) -> Result<(Turn, Timestamp), Fault> {
        let Failed { mut deliveries, reached, more } = self.failed(recovery).await?;
        deliveries.sort_by_key(|delivery| delivery.event);
        let found = deliveries.len();
        let again: Vec<_> = deliveries
            .into_iter()
            .filter_map(|delivery| match delivery.retry_by_hand() {
                Ok(Retry::Now(next)) => Some((delivery.fence, next)),
                Ok(Retry::Again) | Err(_) => None,
            })
            .collect();
        let recovered = again.len();
        let last_due = self.let_go(endpoint, again, Trigger::Manual).await?;
        let count = |deliveries: usize| u32::try_from(deliveries).unwrap_or(u32::MAX);
        let turn = Turn { reached, more, recovered: count(recovered), skipped: count(found - recovered) };
        Ok((turn, last_due))
    }

    /// The next of this tenant's deliveries that failed in the period. The index runs behind: what it shows may have moved on.
    async fn failed(&self, recovery: &Recovery) -> Result<Failed, Fault> {
        let now = clock::now();
        let (at_once, of) = (usize::from(AT_ONCE), (recovery.endpoint, Status::Failed));
        let mut listing = self.log.open_deliveries_from_the_oldest(of, Some(recovery.reached), at_once, now);
        let mut shown = Vec::new();
        while shown.len() < at_once
            && let Some(event) = listing.next_id().await?.filter(|event| recovery.reaches_to(*event))
        {
            shown.push((recovery.endpoint, event));
        }
        let (reached, more) = (shown.last().map(|(_, event)| *event), shown.len() == at_once);
        let mut deliveries = self.log.find_deliveries(shown, now).await?;
        deliveries.retain(|delivery| delivery.tenant == recovery.tenant && delivery.status() == Status::Failed);
        Ok(Failed { deliveries, reached, more })
    }
}
