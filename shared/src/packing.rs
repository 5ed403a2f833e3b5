//! Bodies as they are stored and queued: compressed where that pays.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::domain::event::{Body, MAX_DATA_BYTES};

/// Below this many bytes compression gains nothing that the 1 KB steps of the table's price would show.
const COMPRESS_FROM: usize = 512;
/// What a body can unpack to: its data, and ample room for what surrounds it.
const MAX_UNPACKED: u64 = 2 * MAX_DATA_BYTES as u64;

/// The first byte says how the others are packed.
const PLAIN: u8 = 0;
const DEFLATE: u8 = 1;

/// Bytes that are no packed body.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// A first byte that no version has written.
    #[error("the body is packed in an unknown way")]
    Unknown,
    /// Broken compression.
    #[error("the body cannot be unpacked: {0}")]
    Broken(#[from] std::io::Error),
    /// More than any body.
    #[error("the body unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
}

/// The body, packed.
pub fn pack(body: &Body) -> Vec<u8> {
    let bytes = body.as_bytes();
    if bytes.len() >= COMPRESS_FROM {
        let mut encoder = DeflateEncoder::new(vec![DEFLATE], Compression::fast());
        // Writing to a Vec does not fail; were it to, the bytes are kept as they are.
        if let Ok(packed) = encoder.write_all(bytes).and_then(|()| encoder.finish())
            && packed.len() <= bytes.len()
        {
            return packed;
        }
    }
    [&[PLAIN], bytes].concat()
}

/// The body that was packed.
///
/// # Errors
/// When the bytes are no packed body.
pub fn unpack(packed: &[u8]) -> Result<Body, UnpackError> {
    match packed.split_first() {
        Some((&PLAIN, bytes)) => Ok(Body::from_bytes(bytes.to_vec())),
        Some((&DEFLATE, compressed)) => {
            let mut bytes = Vec::new();
            DeflateDecoder::new(compressed).take(MAX_UNPACKED + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > MAX_UNPACKED { Err(UnpackError::TooLarge) } else { Ok(Body::from_bytes(bytes)) }
        }
        Some(_) | None => Err(UnpackError::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..2000), repeat in 1_usize..20) {
            let body = Body::from_bytes(bytes.repeat(repeat));
            let packed = pack(&body);
            prop_assert!(packed.len() <= body.as_bytes().len() + 1);
            prop_assert_eq!(unpack(&packed).unwrap(), body);
        }

        #[test]
        fn no_bytes_make_unpacking_panic(kind in 0_u8..3, bytes: Vec<u8>) {
            if let Ok(body) = unpack(&[&[kind], bytes.as_slice()].concat()) {
                prop_assert!(body.as_bytes().len() as u64 <= MAX_UNPACKED);
            }
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = pack(&Body::from_bytes(vec![0; 10 * MAX_DATA_BYTES]));
        assert!(matches!(unpack(&bomb), Err(UnpackError::TooLarge)));
    }
}
