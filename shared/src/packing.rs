//! Bodies as they are stored and queued: compressed where that pays.
//!
//! A table bills by whole KB, so the last hundred bytes of a small body may double its price. What is known of the body
//! anyway, from the item or the message that holds it, and what JSON of this kind is commonly made of, is put before it
//! as the compressor's dictionary: then it costs next to nothing to say it again.

use std::cell::RefCell;

use flate2::{
    Compress, CompressError, Compression, Decompress, DecompressError, FlushCompress, FlushDecompress, Status,
};
use jiff::Timestamp;

use crate::domain::event::{Body, EventHead, MAX_DATA_BYTES, rfc3339};
use crate::domain::id::{EventId, TenantId};
use crate::domain::pattern::EventType;

/// Below this many bytes compression gains nothing that the 1 KB steps of the table's price would show.
const COMPRESS_FROM: usize = 512;
/// What a body can unpack to: its data, and ample room for what surrounds it.
const MAX_UNPACKED: usize = 2 * MAX_DATA_BYTES;
/// What a packed body is first taken to unpack to, in times its size. More room is made where it is needed.
const COMMON_RATIO: usize = 4;

/// The first byte says how the others are packed.
const PLAIN: u8 = 0;
/// As an earlier version packed: without a dictionary.
const DEFLATE: u8 = 1;
/// With [`Known::dictionary`].
const WITH_DICTIONARY: u8 = 2;

/// Pieces of JSON that events are commonly made of; the commonest last, where they cost least. Never to be changed: what is
/// stored could not be read any more. A better one takes another first byte.
const COMMON: &str = concat!(
    r#""error":"reason":"result":"score":"document":"country":"postcode":"postalCode":"region":"state":"city":"street":"#,
    r#""address":{"phone":"email":"@example.com","firstName":"lastName":"name":"birthDate":"role":"customer":{"customerId":"#,
    r#""accountId":"contract":{"contractId":"invoiceId":"number":"dueDate":"startDate":"endDate":"signedAt":"paidAt":"#,
    r#""updatedAt":"createdAt":"description":"purpose":"reference":"unitPrice":"quantity":"price":"tax":"total":"balance":"#,
    r#""rate":"principal":"currency":"USD","currency":"EUR","items":[{"lines":[{"type":"active","status":"pending","#,
    r#""paid":false,"paid":true,"value":null},"url":"https://www."version":1,"amount":"date":"20"#,
    r#"T00:00:00.000Z"},{"id":"#,
);

/// Bytes that are no packed body.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// A first byte that no version has written.
    #[error("the body is packed in an unknown way")]
    Unknown,
    /// Broken compression.
    #[error("the body cannot be unpacked: {0}")]
    Broken(#[from] DecompressError),
    /// Compression that breaks off.
    #[error("the packed body breaks off")]
    Incomplete,
    /// More than any body.
    #[error("the body unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
}

/// What is known of a body without unpacking it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its event.
    pub event: EventId,
    /// Of which type.
    pub event_type: &'a EventType,
    /// Published when.
    pub created_at: Timestamp,
    /// By which tenant.
    pub tenant: &'a TenantId,
}

impl<'a> From<&'a EventHead> for Known<'a> {
    fn from(head: &'a EventHead) -> Self {
        Self { event: head.id, event_type: &head.event_type, created_at: head.created_at, tenant: &head.tenant }
    }
}

impl Known<'_> {
    /// What compressor and decompressor are told beforehand. Like [`COMMON`], never to be changed.
    fn dictionary(&self) -> String {
        let Self { event, event_type, created_at, tenant } = self;
        let created = rfc3339(*created_at);
        let ending = format!(r#"}},"metadata":{{"tenantId":"{tenant}"}}}}"#);
        let beginning = format!(r#"{{"id":"{event}","type":"{event_type}","created":"{created}","data":{{""#);
        [COMMON, &ending, &beginning].concat()
    }
}

/// A body, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// The body of which this is known, packed.
    pub fn new(body: &Body, known: Known<'_>) -> Self {
        let bytes = body.as_bytes();
        let compressed = if bytes.len() >= COMPRESS_FROM { deflated(bytes, known).ok().flatten() } else { None };
        Self(compressed.unwrap_or_else(|| [&[PLAIN], bytes].concat()))
    }

    /// What was packed before.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// To be stored or sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// To be stored.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The body, of which this is known.
    ///
    /// # Errors
    /// When it is no packed body.
    pub fn unpack(&self, known: Known<'_>) -> Result<Body, UnpackError> {
        let bytes = match self.0.split_first() {
            Some((&PLAIN, bytes)) => bytes.to_vec(),
            Some((&DEFLATE, compressed)) => inflated(compressed, None)?,
            Some((&WITH_DICTIONARY, compressed)) => inflated(compressed, Some(&known.dictionary()))?,
            Some(_) | None => return Err(UnpackError::Unknown),
        };
        Ok(Body::from_bytes(bytes))
    }
}

thread_local! {
    /// Both are large, some 300 KB and 50 KB: to make them anew for each body would cost more than to compress it.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), false));
    static DECOMPRESSOR: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// The bytes compressed, behind the byte that says so; none where that is no shorter.
fn deflated(bytes: &[u8], known: Known<'_>) -> Result<Option<Vec<u8>>, CompressError> {
    // What does not fit in as many bytes is not worth it.
    let mut packed = Vec::with_capacity(bytes.len());
    packed.push(WITH_DICTIONARY);
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        compressor.set_dictionary(known.dictionary().as_bytes())?;
        let status = compressor.compress_vec(bytes, &mut packed, FlushCompress::Finish)?;
        Ok((status == Status::StreamEnd).then_some(packed))
    })
}

fn inflated(compressed: &[u8], dictionary: Option<&str>) -> Result<Vec<u8>, UnpackError> {
    let mut bytes = Vec::with_capacity((compressed.len() * COMMON_RATIO).min(MAX_UNPACKED));
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        decompressor.reset(false);
        if let Some(dictionary) = dictionary {
            decompressor.set_dictionary(dictionary.as_bytes())?;
        }
        loop {
            if bytes.len() == bytes.capacity() {
                bytes.reserve(bytes.len().max(COMPRESS_FROM));
            }
            let before = (decompressor.total_in(), bytes.len());
            let rest = compressed.get(usize::try_from(before.0).unwrap_or(usize::MAX)..).unwrap_or_default();
            let status = decompressor.decompress_vec(rest, &mut bytes, FlushDecompress::None)?;
            if bytes.len() > MAX_UNPACKED {
                return Err(UnpackError::TooLarge);
            }
            match status {
                Status::StreamEnd => return Ok(bytes),
                // There was room, and nothing to fill it with.
                _ if before == (decompressor.total_in(), bytes.len()) => return Err(UnpackError::Incomplete),
                Status::Ok | Status::BufError => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    const STORED: &str = "0243b2ce5009e60f50e019ea191ae88c1206232d0c626b01";
    const STORED_WITHOUT_A_DICTIONARY: &str =
        "01ab56ca4c51b2524a2d2b893754d2514acccd2fcd2b2956b28a36d43334d01925465c18c4d60200";

    static HEAD: LazyLock<EventHead> = LazyLock::new(|| head("acme"));

    fn head(tenant: &str) -> EventHead {
        let at = Timestamp::UNIX_EPOCH;
        EventHead {
            id: EventId::new(at, 2),
            tenant: tenant.parse().unwrap(),
            event_type: "contract.created".parse().unwrap(),
            created_at: at,
            metadata: Default::default(),
            endpoints: Vec::new(),
            expires: at,
        }
    }

    fn known() -> Known<'static> {
        Known::from(&*HEAD)
    }

    fn pack(bytes: &[u8]) -> Packed {
        Packed::new(&Body::from_bytes(bytes.to_vec()), known())
    }

    fn unpack(bytes: &[u8]) -> Result<Body, UnpackError> {
        Packed::from_bytes(bytes.to_vec()).unpack(known())
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..2000), repeat in 1_usize..20) {
            let bytes = bytes.repeat(repeat);
            let packed = pack(&bytes);
            prop_assert!(packed.as_bytes().len() <= bytes.len() + 1);
            prop_assert_eq!(packed.unpack(known()).unwrap(), Body::from_bytes(bytes));
        }

        #[test]
        fn no_bytes_make_unpacking_panic(kind in 0_u8..4, bytes: Vec<u8>) {
            if let Ok(body) = unpack(&[&[kind], bytes.as_slice()].concat()) {
                prop_assert!(body.as_bytes().len() <= MAX_UNPACKED);
            }
        }
    }

    #[test]
    fn what_is_stored_can_be_read_for_ever() {
        // Packed by this version, and by the one before it, which knew no dictionary.
        let body = format!(r#"{{"id":"evt_1","amounts":[{}1.10]}}"#, "1.10,".repeat(100));
        for stored in [STORED, STORED_WITHOUT_A_DICTIONARY] {
            assert_eq!(unpack(&hex::decode(stored).unwrap()).unwrap(), Body::from_bytes(body.clone().into_bytes()));
        }
        let other = head("other");
        let of_another = Packed::from_bytes(hex::decode(STORED).unwrap()).unpack(Known::from(&other));
        assert!(of_another.is_err() || of_another.unwrap() != Body::from_bytes(body.into_bytes()));
    }

    #[test]
    fn what_breaks_off_is_not_unpacked() {
        let packed = pack(&b"abc ".repeat(1000));
        for length in 1..packed.as_bytes().len() {
            assert!(unpack(&packed.as_bytes()[..length]).is_err(), "{length}");
        }
        // And leaves nothing behind.
        assert_eq!(packed.unpack(known()).unwrap(), Body::from_bytes(b"abc ".repeat(1000)));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = pack(&vec![0; 10 * MAX_DATA_BYTES]);
        assert!(matches!(bomb.unpack(known()), Err(UnpackError::TooLarge)));
    }
}
