//! DynamoDB's values: what they weigh, and how they compare.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What each list or map weighs besides what is in it.
const CONTAINER_BYTES: usize = 3;
/// What a number weighs at most.
const MOST_NUMBER_BYTES: usize = 21;

/// An item, or a map in one.
pub type Item = BTreeMap<String, Attribute>;

/// A value, as it stands in DynamoDB's JSON. There are no sets: no function makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Attribute {
    /// A text.
    S(String),
    /// A number, as its digits.
    N(String),
    /// Bytes, in base64.
    B(String),
    /// True or false.
    #[serde(rename = "BOOL")]
    Bool(bool),
    /// Nothing, said.
    #[serde(rename = "NULL")]
    Null(bool),
    /// A list.
    L(Vec<Attribute>),
    /// A map.
    M(Item),
}

impl Attribute {
    /// The text that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::S(text) => Some(text),
            Self::N(_) | Self::B(_) | Self::Bool(_) | Self::Null(_) | Self::L(_) | Self::M(_) => None,
        }
    }

    /// What it weighs, in bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(digits) => number_size(digits),
            Self::B(base64) => bytes_in(base64),
            Self::Bool(_) | Self::Null(_) => 1,
            Self::L(list) => CONTAINER_BYTES + list.iter().map(|element| element.size() + 1).sum::<usize>(),
            Self::M(map) => CONTAINER_BYTES + item_size(map) + map.len(),
        }
    }

    /// Whether both are the same value. Numbers within lists and maps must be spelled alike.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::N(_), Self::N(_)) => self.order(other) == Some(Ordering::Equal),
            _ => self == other,
        }
    }

    /// Which of two texts, or two numbers, comes first. Nothing else has an order here.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::S(this), Self::S(that)) => Some(this.cmp(that)),
            (Self::N(this), Self::N(that)) => match (this.parse::<i128>(), that.parse::<i128>()) {
                (Ok(this), Ok(that)) => Some(this.cmp(&that)),
                _ => this.parse::<f64>().ok()?.partial_cmp(&that.parse::<f64>().ok()?),
            },
            _ => None,
        }
    }

    /// The sum of two whole numbers; the difference, where `sign` is -1.
    pub fn plus(&self, sign: i128, other: &Self) -> Result<Self, String> {
        let whole = |attribute: &Self| match attribute {
            Self::N(digits) => digits.parse::<i128>().ok(),
            _ => None,
        };
        let sum = whole(self).zip(whole(other)).and_then(|(this, that)| this.checked_add(sign.checked_mul(that)?));
        sum.map(|sum| Self::N(sum.to_string())).ok_or_else(|| format!("{self:?} and {other:?} are not added up"))
    }
}

/// What an item weighs, in bytes: names and values.
pub fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value.size()).sum()
}

/// One byte for two significant digits, one more, and one for a minus.
fn number_size(digits: &str) -> usize {
    let unsigned = digits.strip_prefix('-');
    let mantissa = unsigned.unwrap_or(digits).split(['e', 'E']).next().unwrap_or_default();
    let all: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = all.trim_start_matches('0').trim_end_matches('0').len();
    (significant.div_ceil(2) + 1 + usize::from(unsigned.is_some())).min(MOST_NUMBER_BYTES)
}

fn bytes_in(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn size(value: serde_json::Value) -> usize {
        serde_json::from_value::<Attribute>(value).unwrap().size()
    }

    #[test]
    fn a_value_weighs_what_dynamodb_says() {
        assert_eq!(size(json!({ "S": "äb" })), 3);
        for (number, bytes) in [("0", 1), ("7", 2), ("42", 2), ("100", 2), ("123", 3), ("-123", 4), ("1700000000", 2)] {
            assert_eq!(size(json!({ "N": number })), bytes, "{number}");
        }
        assert_eq!(size(json!({ "N": "9".repeat(38) })), 20);
        for (base64, bytes) in [("", 0), ("YQ==", 1), ("YWI=", 2), ("YWJj", 3), ("YWJjZA==", 4)] {
            assert_eq!(size(json!({ "B": base64 })), bytes, "{base64}");
        }
        assert_eq!(size(json!({ "BOOL": true })) + size(json!({ "NULL": true })), 2);
        assert_eq!(size(json!({ "L": [] })) + size(json!({ "M": {} })), 6);
        assert_eq!(size(json!({ "L": [{ "S": "ab" }, { "S": "c" }] })), 3 + 3 + 2);
        assert_eq!(size(json!({ "M": { "key": { "S": "ab" } } })), 3 + 3 + 2 + 1);
    }

    #[test]
    fn numbers_compare_by_value_and_texts_by_bytes() {
        let number = |digits: &str| Attribute::N(digits.to_owned());
        let text = |text: &str| Attribute::S(text.to_owned());
        assert_eq!(number("9").order(&number("10")), Some(Ordering::Less));
        assert!(number("1.0").equals(&number("1")));
        assert_eq!(text("9").order(&text("10")), Some(Ordering::Greater));
        assert_eq!(text("1").order(&number("1")), None);
        assert!(!text("1").equals(&number("1")));
    }

    #[test]
    fn what_comes_in_goes_out_alike() {
        let value = json!({ "M": { "a": { "L": [{ "BOOL": false }, { "NULL": true }, { "N": "1.50" }] } } });
        let attribute: Attribute = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(attribute).unwrap(), value);
    }
}
