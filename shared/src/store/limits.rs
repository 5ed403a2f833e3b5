//! The clocks of what goes at a rate, in the table `Limits`.
//!
//! A clock is one number, the moment of its next free slot, in microseconds since 1970. Taking slots moves it on, never back,
//! in one conditional write: whoever takes slots at the same time gets others. One that stands in the past stands at now.
//!
//! To lose the table loses no event: for a moment, things go faster than they should.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use super::StoreError;
use super::item::{Item, unreadable};
use super::keys::{self, PK};
use crate::aws::{Act, AwsError};
use crate::domain::id::{EndpointId, KeyId};
use crate::domain::pace::Rate;

const WHAT: &str = "clock";
const ACT: &str = "take a slot";
const NEXT: &str = "next";
/// How often a slot is tried for while a clock changes between running and standing.
const RACES: usize = 10;

/// The clocks.
#[derive(Debug, Clone)]
pub struct Limits {
    client: Client,
    table: String,
}

/// What became of a request that wanted to go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Admitted,
    /// It is one too many; so long until it may.
    TooMany(Duration),
}

/// What became of slots that were wanted.
enum Taken {
    /// They begin then.
    From(Timestamp),
    /// The clock was too far ahead; it stands then.
    TooFar(Timestamp),
}

impl Limits {
    /// Over this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Takes as many slots at an endpoint: when the first is; the others follow it, spaced by the rate.
    pub async fn reserve(
        &self,
        endpoint: EndpointId,
        rate: Rate,
        count: u16,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let length = rate.spacing() * i32::from(count);
        match self.take(keys::endpoint_clock(endpoint), length, Timestamp::MAX, now).await? {
            Taken::From(first) | Taken::TooFar(first) => Ok(first),
        }
    }

    /// Takes a slot for a request with an API key, if there is one soon enough: a second's worth of requests may come at once.
    pub async fn admit(&self, key: KeyId, rate: Rate, now: Timestamp) -> Result<Admission, StoreError> {
        let latest = now.saturating_add(rate.burst()).unwrap_or(Timestamp::MAX);
        Ok(match self.take(keys::api_key_clock(key), rate.spacing(), latest, now).await? {
            Taken::From(_) => Admission::Admitted,
            Taken::TooFar(next) => Admission::TooMany(next.duration_since(latest).unsigned_abs()),
        })
    }

    /// Moves a clock on by `length`, unless it stands beyond `latest`.
    async fn take(
        &self,
        clock: String,
        length: SignedDuration,
        latest: Timestamp,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        for _ in 0..RACES {
            let running = self.update(&clock).update_expression("SET #next = #next + :length");
            let running = running.expression_attribute_values(":length", number(length.as_micros()));
            let running = running.condition_expression("#next BETWEEN :now AND :latest");
            let running = running.expression_attribute_values(":latest", moment(latest));
            match sent(running.expression_attribute_values(":now", moment(now))).await? {
                Ok(next) => return Ok(Taken::From(next.saturating_sub(length).unwrap_or(now))),
                Err(Some(next)) if next > latest => return Ok(Taken::TooFar(next)),
                Err(_) => {}
            }
            let end = now.saturating_add(length).unwrap_or(Timestamp::MAX);
            let standing = self.update(&clock).update_expression("SET #next = :end");
            let standing = standing.expression_attribute_values(":end", moment(end));
            let standing = standing.condition_expression("attribute_not_exists(#next) OR #next < :now");
            if sent(standing.expression_attribute_values(":now", moment(now))).await?.is_ok() {
                return Ok(Taken::From(now));
            }
        }
        Err(AwsError::new(ACT, "the clock changed under every try").into())
    }

    fn update(&self, clock: &str) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key(PK, AttributeValue::S(clock.to_owned())).expression_attribute_names("#next", NEXT);
        update
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// Where the clock stands after the update; or where it stood, if at all, when the condition did not hold.
async fn sent(update: UpdateItemFluentBuilder) -> Result<Result<Timestamp, Option<Timestamp>>, StoreError> {
    match update.send().await {
        Ok(updated) => Ok(Ok(read(&updated.attributes.unwrap_or_default())?)),
        Err(error) => match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(failed) => {
                Ok(Err(failed.item.as_ref().map(read).transpose()?))
            }
            error => Err(error).act(ACT)?,
        },
    }
}

fn read(item: &Item) -> Result<Timestamp, StoreError> {
    let micros = item.get(NEXT).and_then(|next| next.as_n().ok()).and_then(|next| next.parse().ok());
    let moment = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    moment.ok_or_else(|| unreadable(WHAT, &"it shows no moment"))
}

fn moment(at: Timestamp) -> AttributeValue {
    number(at.as_microsecond().into())
}

fn number(number: i128) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
