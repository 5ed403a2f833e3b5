//! The product's words as JSON Schema: what the types say that judge them, for those who write clients.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::api::input::{Moment, Nullable};
use crate::api::query::MAX_LIMIT;
use crate::api::view::{Revealed, Time};
use crate::domain::catalog::{self, Example, TypeDescription};
use crate::domain::endpoint::{CustomHeaders, Description, EndpointMetadata, Subscription};
use crate::domain::event::EventMetadata;
use crate::domain::id::{EndpointId, EventId, RecoveryId, TenantId};
use crate::domain::keyring::Overlap;
use crate::domain::pace::Rate;
use crate::domain::pattern::EventType;
use crate::domain::target::TargetUrl;

/// A word that is described where it stands.
macro_rules! word {
    ($($word:ty => $schema:expr;)*) => {
        $(impl JsonSchema for $word {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($word).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        })*
    };
}

word! {
    EndpointId => id(Self::PREFIX);
    EventId => id(Self::PREFIX);
    RecoveryId => id(Self::PREFIX);
    TenantId => json_schema!({
        "type": "string", "minLength": 1, "maxLength": Self::MAX_LENGTH, "pattern": "^[A-Za-z0-9_-]+$",
    });
    EventType => json_schema!({
        "type": "string", "minLength": 1, "maxLength": Self::MAX_LENGTH, "pattern": "^[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*$",
    });
    Subscription => json_schema!({
        "type": "array", "minItems": 1, "maxItems": 100,
        "items": {
            "type": "string", "minLength": 1, "maxLength": EventType::MAX_LENGTH + 2,
            "pattern": "^([*]|[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*([.][*])?)$",
        },
    });
    TargetUrl => json_schema!({ "type": "string", "format": "uri", "minLength": 1, "maxLength": 2048 });
    Description => json_schema!({ "type": "string", "maxLength": 500 });
    TypeDescription => json_schema!({ "type": "string", "minLength": 1, "maxLength": 1000 });
    EndpointMetadata => texts(50);
    CustomHeaders => texts(20);
    EventMetadata => any_object();
    catalog::Schema => any_object();
    Example => any_object();
    Rate => json_schema!({ "type": "integer", "minimum": 1, "maximum": 500 });
    Overlap => json_schema!({ "type": "integer", "minimum": 0, "maximum": 168 });
    Time => moment();
    Moment => moment();
    Revealed => json_schema!({ "type": "string" });
    SecretText => json_schema!({
        "type": "string", "minLength": 16, "maxLength": 256, "pattern": "^[!-~]+$",
        "description": "`whsec_` and the base64 of 24 to 64 bytes, or 16 to 256 visible ASCII characters.",
    });
    Limit => json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT });
    Buckets => json_schema!({ "type": "integer", "minimum": 1, "maximum": 100 });
    CursorText => json_schema!({ "type": "string" });
    Key => json_schema!({ "type": "string", "pattern": "^[!-~]{1,255}$" });
}

/// A signing secret that a tenant brings.
pub struct SecretText;
/// How many objects a page may have.
pub(super) struct Limit;
/// Into how many parts a period is divided.
pub(super) struct Buckets;
/// What leads to the next page.
pub(super) struct CursorText;
/// An idempotency key.
pub(super) struct Key;

/// `null` removes the value.
impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Nullable{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

/// Any JSON object, as `data` and metadata are.
pub type AnyObject = Map<String, Value>;
/// The metadata of a request.
pub type Entries = BTreeMap<String, Value>;

fn id(prefix: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": format!("^{prefix}[0-7][0-9A-HJKMNP-TV-Z]{{25}}$") })
}

fn moment() -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

fn any_object() -> Schema {
    json_schema!({ "type": "object", "additionalProperties": true })
}

fn texts(most: usize) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": { "type": "string" }, "maxProperties": most })
}
