//! What was asked of AWS, counted.

use std::collections::BTreeMap;

use serde::Serialize;

/// What was asked since the last reset, by call: the operation, and the table or queue where there is one, as in
/// `PutItem Deliveries`, `SendMessageBatch first-attempts`, `CreateSchedule`, `Decrypt`. What is no call of a service is
/// counted as `warm-up`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Tally(BTreeMap<String, CallTally>);

/// What the calls of one name came to, together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CallTally {
    /// How many there were, refused ones included.
    pub calls: u64,
    /// The bytes of the requests' bodies.
    pub request_bytes: u64,
    /// The bytes of the answers' bodies.
    pub response_bytes: u64,
    /// DynamoDB's write request units.
    pub write_units: f64,
    /// DynamoDB's read request units.
    pub read_units: f64,
    /// What SQS bills as requests.
    pub billed_requests: u64,
}

impl Tally {
    /// The calls of this name.
    pub fn get(&self, call: &str) -> CallTally {
        self.0.get(call).copied().unwrap_or_default()
    }

    /// Every name with its calls, in the names' order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, CallTally)> {
        self.0.iter().map(|(call, tally)| (call.as_str(), *tally))
    }

    /// The calls without their names.
    pub fn values(&self) -> impl Iterator<Item = &CallTally> {
        self.0.values()
    }

    /// All calls together.
    pub fn total(&self) -> CallTally {
        self.sum(|_| true)
    }

    /// All calls of an operation, on whatever it is done.
    pub fn of_operation(&self, operation: &str) -> CallTally {
        self.sum(|call| call.split(' ').next() == Some(operation))
    }

    /// How many calls there were of everything.
    pub fn calls(&self) -> u64 {
        self.total().calls
    }

    /// DynamoDB's write request units.
    pub fn write_units(&self) -> f64 {
        self.total().write_units
    }

    /// DynamoDB's read request units.
    pub fn read_units(&self) -> f64 {
        self.total().read_units
    }

    /// What SQS bills.
    pub fn sqs_requests(&self) -> u64 {
        self.total().billed_requests
    }

    /// What KMS bills.
    pub fn kms_requests(&self) -> u64 {
        self.of_operation("Encrypt").calls + self.of_operation("Decrypt").calls
    }

    pub(super) fn count(&mut self, call: String, counted: CallTally) {
        self.0.entry(call).or_default().add(counted);
    }

    fn sum(&self, counts: impl Fn(&str) -> bool) -> CallTally {
        let mut sum = CallTally::default();
        for (_, tally) in self.iter().filter(|(call, _)| counts(call)) {
            sum.add(tally);
        }
        sum
    }
}

impl CallTally {
    fn add(&mut self, other: Self) {
        let Self { calls, request_bytes, response_bytes, write_units, read_units, billed_requests } = other;
        self.calls += calls;
        self.request_bytes += request_bytes;
        self.response_bytes += response_bytes;
        self.write_units += write_units;
        self.read_units += read_units;
        self.billed_requests += billed_requests;
    }
}

impl IntoIterator for Tally {
    type Item = (String, CallTally);
    type IntoIter = std::collections::btree_map::IntoIter<String, CallTally>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_operation_are_told_from_those_of_another() {
        let mut tally = Tally::default();
        let once = CallTally { calls: 1, write_units: 2.0, ..CallTally::default() };
        for call in ["PutItem Deliveries", "PutItem Endpoints", "PutItem Endpoints", "Decrypt"] {
            tally.count(call.to_owned(), once);
        }
        assert_eq!(tally.get("PutItem Endpoints").calls, 2);
        assert_eq!(tally.of_operation("PutItem").calls, 3);
        assert_eq!((tally.calls(), tally.write_units(), tally.kms_requests()), (4, 8.0, 1));
        assert_eq!(tally.get("Query Deliveries"), CallTally::default());
    }
}
