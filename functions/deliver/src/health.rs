//! What an attempt tells of its endpoint: that it is gone, fails, or works again.

use rail::clock;
use rail::domain::delivery::{Delivery, Reason, State};
use rail::domain::endpoint::{DisabledReason, Disabling, Endpoint};

use crate::Deliver;
use crate::message::{Fault, chore};

impl Deliver {
    /// Disables an endpoint, and has its deliveries looked after and its tenant told. If that was begun before, it is
    /// completed.
    pub async fn disable(&self, endpoint: &Endpoint, reason: DisabledReason) -> Result<(), Fault> {
        let chore = chore(endpoint);
        self.chores.ask_before(&chore).await?;
        let disabling = Disabling::new(reason, clock::now());
        if self.endpoints.disable(&endpoint.tenant, endpoint.id, disabling).await? {
            tracing::info!(tenant = %endpoint.tenant, endpoint = %endpoint.id, ?reason, "endpoint.disabled");
        }
        Ok(self.chores.ask_after(&chore).await?)
    }

    /// Counts what was exhausted, and forgets it at the first success. Nothing is written while an endpoint works.
    ///
    /// A crash before this leaves the count too low, which disables an endpoint later, never too early.
    pub async fn note_health(&self, endpoint: &Endpoint, delivery: &Delivery) -> Result<(), Fault> {
        match delivery.state {
            State::Delivered if endpoint.failing.is_some() => {
                self.endpoints.note_recovered(&endpoint.tenant, endpoint.id).await?;
            }
            State::Failed(Reason::AttemptsExhausted) => {
                let now = clock::now();
                let failing = self.endpoints.note_exhausted(&endpoint.tenant, endpoint.id, now).await?;
                if failing.is_some_and(|failing| self.patience.is_over(failing, now)) {
                    self.disable(endpoint, DisabledReason::Failing).await?;
                }
            }
            State::Pending(_) | State::Held | State::Retrying { .. } | State::Delivered | State::Failed(_) => {}
        }
        Ok(())
    }
}
