//! The signing secrets of an endpoint, over its rotations.
//!
//! One secret is current. When another takes its place, the old one goes on signing beside it for an overlap, so that the
//! receiver can change over without losing an event.

use jiff::{SignedDuration, Timestamp};

/// The most old secrets that sign beside the current one: each adds two signatures to the headers of every request.
const MAX_OLD: usize = 5;
/// The longest overlap, in hours: a week.
const MAX_OVERLAP_HOURS: u16 = 168;

/// How long an old secret goes on signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "u16")]
pub struct Overlap(SignedDuration);

/// What is no overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 0 to {MAX_OVERLAP_HOURS} hours")]
pub struct NotAnOverlap;

impl TryFrom<u16> for Overlap {
    type Error = NotAnOverlap;

    fn try_from(hours: u16) -> Result<Self, NotAnOverlap> {
        let within = hours <= MAX_OVERLAP_HOURS;
        within.then(|| Self(SignedDuration::from_hours(hours.into()))).ok_or(NotAnOverlap)
    }
}

impl Default for Overlap {
    /// A day.
    fn default() -> Self {
        Self(SignedDuration::from_hours(24))
    }
}

/// Why a secret cannot be rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_OLD} old secrets still sign, the most there may be: rotate with overlapHours 0 to end them all")]
pub struct TooManyOld;

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old<S> {
    /// The secret.
    pub secret: S,
    /// The end of its overlap.
    pub until: Timestamp,
}

/// The secrets of an endpoint, whatever form they are kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring<S> {
    /// The secret that signs until it is replaced.
    pub current: S,
    /// Those that it replaced, newest first; some may have ended.
    pub old: Vec<Old<S>>,
}

impl<S> Keyring<S> {
    /// Of a new endpoint.
    pub const fn new(current: S) -> Self {
        Self { current, old: Vec::new() }
    }

    /// With another secret in the place of the current one. No old secret signs for longer than the overlap from now on, so
    /// that an overlap of nothing ends all of them.
    ///
    /// # Errors
    /// When too many old secrets would sign.
    pub fn rotated(self, current: S, overlap: Overlap, now: Timestamp) -> Result<Self, TooManyOld> {
        let end = now.saturating_add(overlap.0).unwrap_or(Timestamp::MAX);
        let replaced = Old { secret: self.current, until: end };
        let earlier = self.old.into_iter().map(|old| Old { until: old.until.min(end), ..old });
        let old: Vec<_> = std::iter::once(replaced).chain(earlier).filter(|old| old.until > now).collect();
        if old.len() > MAX_OLD { Err(TooManyOld) } else { Ok(Self { current, old }) }
    }

    /// The secrets that sign at this moment, the current one first.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &S> {
        let old = self.old.iter().filter(move |old| old.until > now);
        std::iter::once(&self.current).chain(old.map(|old| &old.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn overlap(hours: u16) -> Overlap {
        hours.try_into().unwrap()
    }

    fn signing(keyring: &Keyring<&'static str>, now: Timestamp) -> Vec<&'static str> {
        keyring.signing(now).copied().collect()
    }

    #[test]
    fn the_old_secret_signs_beside_the_new_one_until_the_overlap_ends() {
        let keyring = Keyring::new("a").rotated("b", Overlap::default(), hour(0)).unwrap();
        assert_eq!(signing(&keyring, hour(23)), ["b", "a"]);
        assert_eq!(signing(&keyring, hour(24)), ["b"]);
        let keyring = keyring.rotated("c", overlap(168), hour(1)).unwrap();
        assert_eq!(signing(&keyring, hour(23)), ["c", "b", "a"]);
        assert_eq!(signing(&keyring, hour(24)), ["c", "b"]);
    }

    #[test]
    fn a_short_overlap_ends_every_old_secret_and_none_ends_them_at_once() {
        let keyring = Keyring::new("a").rotated("b", overlap(100), hour(0)).unwrap();
        let soon = keyring.clone().rotated("c", overlap(1), hour(0)).unwrap();
        assert_eq!((signing(&soon, hour(0)).len(), signing(&soon, hour(1))), (3, vec!["c"]));
        assert_eq!(keyring.rotated("c", overlap(0), hour(0)), Ok(Keyring::new("c")));
    }

    #[test]
    fn at_most_five_old_secrets_sign() {
        let full = (0..5).fold(Keyring::new("a"), |keyring, _| keyring.rotated("b", overlap(2), hour(0)).unwrap());
        assert_eq!(signing(&full, hour(1)).len(), 6);
        assert_eq!(full.clone().rotated("c", overlap(2), hour(1)), Err(TooManyOld));
        assert!(full.clone().rotated("c", overlap(0), hour(1)).is_ok());
        // What has ended does not count.
        assert!(full.rotated("c", overlap(2), hour(2)).is_ok());
    }

    #[test]
    fn an_overlap_is_at_most_a_week() {
        assert_eq!(Overlap::try_from(169), Err(NotAnOverlap));
        assert!(Overlap::try_from(168).is_ok());
    }
}
