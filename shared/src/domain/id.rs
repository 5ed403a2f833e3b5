//! Names of things: tenants, endpoints, events, API keys.
//!
//! The ids that the rail gives are a prefix that says what they name, and a ULID, so that they sort by the time
//! they were made. They have one spelling alone: what parses is what prints.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What is wrong with a text that should be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not the prefix and 26 characters of a ULID.
    #[error("is no {what}: expected {prefix}… with 26 characters of a ULID")]
    NotAnId {
        /// The thing that the id should name.
        what: &'static str,
        /// How an id of that kind begins.
        prefix: &'static str,
    },
    /// Not a tenant's name.
    #[error("is no tenant: expected 1 to 64 letters, digits, `_` or `-`")]
    NotATenant,
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// How every id of this kind begins.
            pub const PREFIX: &'static str = $prefix;

            /// The id of something made at `at`, told apart from others of the same millisecond by `random`
            /// (its low 80 bits).
            pub fn new(at: Timestamp, random: u128) -> Self {
                Self(Ulid::from_parts(at.as_millisecond().try_into().unwrap_or(0), random))
            }

            /// The id that many after this one, of the same millisecond: the order of ids is theirs.
            #[must_use]
            pub fn nth_after(self, places: u32) -> Self {
                // Beyond the last of a millisecond, one in 2^48 for a hundred places, it begins anew.
                Self(Ulid::from_parts(self.0.timestamp_ms(), self.0.random().wrapping_add(places.into())))
            }

            /// The bare ULID, without the prefix: 26 characters.
            pub fn ulid(self) -> String {
                self.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", Self::PREFIX, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|ulid| Ulid::from_string(ulid).ok())
                    .map(Self)
                    .filter(|id| id.to_string() == text)
                    .ok_or(IdError::NotAnId { what: $what, prefix: Self::PREFIX })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

ulid_id!(
    /// An endpoint, `we_…`.
    EndpointId, "we_", "endpoint id"
);
ulid_id!(
    /// An event, `evt_…`.
    EventId, "evt_", "event id"
);
ulid_id!(
    /// An API key as operators name it, `key_…`: not the key itself.
    KeyId, "key_", "API key id"
);

ulid_id!(
    /// A recovery of what failed at an endpoint, `rec_…`.
    RecoveryId, "rec_", "recovery id"
);

/// Over how many partitions the log of one tenant, or of one endpoint, is spread.
///
/// A partition of DynamoDB takes 1,000 writes a second; 16 carry what one tenant can publish.
pub const SHARDS: u8 = 16;

impl EventId {
    /// The last id that an event published before `at` can have; ids have milliseconds.
    pub fn last_before(at: Timestamp) -> Self {
        let millisecond = SignedDuration::from_millis(1);
        Self::new(at.saturating_sub(millisecond).unwrap_or(Timestamp::UNIX_EPOCH), u128::MAX)
    }

    /// The partition, below [`SHARDS`], that holds this event: the low bits of its random part.
    pub fn shard(self) -> u8 {
        (self.0.random() % u128::from(SHARDS)) as u8
    }
}

/// A tenant: the customer on whose behalf endpoints are registered and events sent.
///
/// Named by the operator; 1 to 64 letters, digits, `_` or `-`, so that it can stand in a table's key and in a
/// queue's message group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

impl TenantId {
    /// The longest name of a tenant, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TenantId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        if (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotATenant)
        }
    }
}

impl TryFrom<String> for TenantId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_prints_what_it_was_parsed_from(ms in 0_i64..253_402_207_200_000, random: u128) {
            let id = EventId::new(Timestamp::from_millisecond(ms)?, random);
            prop_assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
            prop_assert!(id.shard() < SHARDS);
        }

        #[test]
        fn later_ids_sort_later(ms in 0_i64..253_402_207_100_000, step in 1_i64..1000, a: u128, b: u128) {
            let earlier = EndpointId::new(Timestamp::from_millisecond(ms)?, a);
            let later = EndpointId::new(Timestamp::from_millisecond(ms + step)?, b);
            prop_assert!(earlier.to_string() < later.to_string());
        }

        #[test]
        fn no_text_makes_parsing_panic(text: String) {
            let parsed = (text.parse::<EventId>(), text.parse::<TenantId>());
            prop_assert!(parsed.0.is_err() || text.starts_with("evt_"));
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        for wrong in [
            "",
            "evt_",
            "we_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "evt_01arz3ndektsv4rrffq69g5fav",
            "evt_O1ARZ3NDEKTSV4RRFFQ69G5FAV",
            "evt_81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "evt_01ARZ3NDEKTSV4RRFFQ69G5FA",
            "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV ",
        ] {
            assert!(wrong.parse::<EventId>().is_err(), "{wrong}");
        }
        assert!("evt_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<EventId>().is_ok());
    }

    #[test]
    fn ids_that_follow_from_one_are_in_order_and_of_its_moment() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let ids: Vec<_> = (0..100).map(|place| EventId::new(at, 7).nth_after(place)).collect();
        assert_eq!(ids.first(), Some(&EventId::new(at, 7)));
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
        // Beyond the last of a millisecond they begin anew in the same.
        assert_eq!(EventId::new(at, u128::MAX).nth_after(1), EventId::new(at, 0));
    }

    #[test]
    fn a_tenant_fits_a_key_and_a_message_group() {
        for wrong in ["", "a b", "a#b", "é", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<TenantId>(), Err(IdError::NotATenant), "{wrong}");
        }
        assert!("Acme_1-eu".parse::<TenantId>().is_ok());
    }
}
