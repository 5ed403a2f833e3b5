//! Cursors: where the next page of a list begins.
//!
//! A cursor is bound to the tenant and to all that the list was asked for. One of another list, or of another tenant, or
//! one that was tampered with, is refused. There is nothing secret in it: a cursor only ever reads on in what its
//! holder may read anyway, so a checksum is enough.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use crate::domain::id::TenantId;

const CHECKSUM_BYTES: usize = 8;

/// A list, as the cursors into it know it.
pub struct Cursor(Sha256);

impl Cursor {
    /// Into what `list` names (the route and its filters) of this tenant.
    pub fn of(tenant: &TenantId, list: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in std::iter::once(&tenant.as_str()).chain(list) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest)
    }

    /// The cursor that leads on from `position`.
    pub fn at(&self, position: &impl ToString) -> String {
        let position = position.to_string();
        let checksum = self.checksum(position.as_bytes());
        URL_SAFE_NO_PAD.encode([checksum.as_slice(), position.as_bytes()].concat())
    }

    /// The position that a client's cursor leads on from.
    ///
    /// # Errors
    /// When it is not a cursor into this list.
    pub fn read<T: FromStr>(&self, cursor: &str) -> Result<T, ApiError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        let (checksum, position) = bytes.split_at_checked(CHECKSUM_BYTES).unwrap_or_default();
        let position =
            std::str::from_utf8(position).ok().filter(|position| self.checksum(position.as_bytes()) == checksum);
        position.and_then(|position| position.parse().ok()).ok_or_else(|| {
            ApiError::invalid(
                "cursor",
                "is not one that this list gave: repeat the request that gave it, with its filters",
            )
        })
    }

    fn checksum(&self, position: &[u8]) -> [u8; CHECKSUM_BYTES] {
        let digest = self.0.clone().chain_update(position).finalize();
        let mut checksum = [0; CHECKSUM_BYTES];
        checksum.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        checksum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::EventId;

    fn acme(list: &[&str]) -> Cursor {
        Cursor::of(&"acme".parse().unwrap(), list)
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_position(random: u128) {
            let id = EventId::new(jiff::Timestamp::UNIX_EPOCH, random);
            let list = acme(&["events", "failed"]);
            prop_assert_eq!(list.read::<EventId>(&list.at(&id)).ok(), Some(id));
        }

        #[test]
        fn nothing_else_is_a_cursor(text: String, flip in 0_usize..40) {
            let list = acme(&["events"]);
            prop_assert!(list.read::<EventId>(&text).is_err());
            let mut forged = list.at(&EventId::new(jiff::Timestamp::UNIX_EPOCH, 7)).into_bytes();
            forged[flip] = if forged[flip] == b'A' { b'B' } else { b'A' };
            prop_assert!(list.read::<EventId>(&String::from_utf8(forged).unwrap()).is_err());
        }

        /// The checksum is no secret: whoever knows the code can make a cursor to any position.
        #[test]
        fn a_cursor_made_by_its_holder_leads_to_a_position_or_nowhere(position in "(evt_)?[0-9A-Z]{0,30}|\\PC{0,40}") {
            let list = acme(&["events"]);
            match list.read::<EventId>(&list.at(&position)) {
                Ok(id) => prop_assert_eq!(id.to_string(), position),
                Err(error) => prop_assert!(error.to_string().starts_with("cursor ")),
            }
        }
    }

    #[test]
    fn a_cursor_of_another_list_or_tenant_is_refused() {
        let id = EventId::new(jiff::Timestamp::UNIX_EPOCH, 7);
        let cursor = acme(&["events", "failed"]).at(&id);
        assert!(acme(&["events", "retrying"]).read::<EventId>(&cursor).is_err());
        assert!(acme(&["eventsfailed"]).read::<EventId>(&cursor).is_err());
        let other = Cursor::of(&"other".parse().unwrap(), &["events", "failed"]);
        assert!(other.read::<EventId>(&cursor).is_err());
    }
}
