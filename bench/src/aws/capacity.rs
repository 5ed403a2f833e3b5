//! The request units that DynamoDB bills for on-demand tables.

/// What one write unit pays for.
const WRITE_BYTES: usize = 1024;
/// What one read unit pays for.
const READ_BYTES: usize = 4096;

/// How much a write of an item of this size takes; of the larger, where it replaces another.
pub fn write_units(size: usize) -> f64 {
    units(size, WRITE_BYTES)
}

/// How much a read of this size takes: one item, or all that a query looks at. To find nothing is a read too.
pub fn read_units(size: usize, consistent: bool) -> f64 {
    let whole = units(size, READ_BYTES);
    if consistent { whole } else { whole / 2.0 }
}

/// How much a change in an index takes, by the sizes of the entries that go and come.
///
/// An entry with another key is another entry: one goes, one comes. One that stays as it is takes nothing, and since an
/// index of keys alone has no more than keys, no entry stays and changes.
pub fn index_units(goes: Option<usize>, comes: Option<usize>) -> f64 {
    goes.into_iter().chain(comes).map(write_units).sum()
}

fn units(size: usize, each: usize) -> f64 {
    size.div_ceil(each).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kilobyte_begun_is_a_write_unit() {
        for (size, units) in [(0, 1.0), (1, 1.0), (1024, 1.0), (1025, 2.0), (2048, 2.0), (400 * 1024, 400.0)] {
            assert_eq!(write_units(size), units, "{size}");
        }
    }

    #[test]
    fn every_four_kilobytes_begun_are_a_read_unit_or_half_of_one() {
        for (size, units) in [(0, 1.0), (1, 1.0), (4096, 1.0), (4097, 2.0), (8192, 2.0)] {
            assert_eq!(read_units(size, true), units, "{size}");
            assert_eq!(read_units(size, false), units / 2.0, "{size}");
        }
    }

    #[test]
    fn an_entry_that_moves_is_written_twice() {
        assert_eq!(index_units(None, None), 0.0);
        assert_eq!(index_units(None, Some(100)), 1.0);
        assert_eq!(index_units(Some(100), None), 1.0);
        assert_eq!(index_units(Some(100), Some(1025)), 3.0);
    }
}
