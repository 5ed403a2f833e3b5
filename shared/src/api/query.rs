//! What is said beside the body: ids in the path, query parameters.

use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;
use lambda_http::{Request, RequestExt};

use super::error::ApiError;
use super::input::Moment;

/// Objects of a page, if the request does not say.
const DEFAULT_LIMIT: usize = 20;
/// The most objects of a page.
pub const MAX_LIMIT: usize = 100;

/// The id in the path.
///
/// # Errors
/// When it is no id of that kind.
pub fn id<T: FromStr<Err: ToString>>(request: &Request) -> Result<T, ApiError> {
    in_path(request, "id")
}

/// What stands in the path under this name.
///
/// # Errors
/// When it cannot be parsed.
pub fn in_path<T: FromStr<Err: ToString>>(request: &Request, name: &str) -> Result<T, ApiError> {
    let parameters = request.path_parameters();
    let parsed = parameters.first(name).unwrap_or_default().parse();
    parsed.map_err(|error: T::Err| ApiError::invalid(name, error.to_string()))
}

/// The query parameters of a request.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters, each of which must be one of `known`, and given once.
    ///
    /// # Errors
    /// When a parameter is unknown or has no name: a misspelt filter would otherwise be no filter.
    pub fn new(request: &Request, known: &[&str]) -> Result<Self, ApiError> {
        let parameters = request.query_string_parameters();
        let given: Vec<_> = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (index, (name, _)) in given.iter().enumerate() {
            if name.is_empty() {
                return Err(ApiError::invalid("query", "holds a parameter without a name"));
            }
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(ApiError::invalid(name, format!("is no parameter of this route, which has: {known}")));
            }
            if given.iter().skip(index + 1).any(|(other, _)| other == name) {
                return Err(ApiError::invalid(name, "is given more than once"));
            }
        }
        Ok(Self(given))
    }

    /// The parameter's value, if it is given.
    ///
    /// # Errors
    /// When it cannot be parsed.
    pub fn get<T: FromStr<Err: ToString>>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let value = self.text(name).map(str::parse).transpose();
        value.map_err(|error: T::Err| ApiError::invalid(name, error.to_string()))
    }

    /// The parameter's text, if it is given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// How many objects a page may have: `limit`, or 20.
    ///
    /// # Errors
    /// When it is not 1 to 100.
    pub fn limit(&self) -> Result<usize, ApiError> {
        self.limit_or(DEFAULT_LIMIT)
    }

    /// How many objects a page may have: `limit`, or this default.
    ///
    /// # Errors
    /// When it is not 1 to 100.
    pub fn limit_or(&self, default: usize) -> Result<usize, ApiError> {
        self.number("limit", 1..=MAX_LIMIT).map(|limit| limit.unwrap_or(default))
    }

    /// The parameter's number, if it is given.
    ///
    /// # Errors
    /// When it is not within these bounds.
    pub fn number(&self, name: &str, within: RangeInclusive<usize>) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| within.contains(number));
        let wrong = || format!("must be a whole number from {} to {}", within.start(), within.end());
        number.map(Some).ok_or_else(|| ApiError::invalid(name, wrong()))
    }

    /// The parameter's time, if it is given.
    ///
    /// # Errors
    /// When it is none.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let time = self.text(name).map(str::parse::<Moment>).transpose();
        time.map(|time| time.map(Timestamp::from)).map_err(|error| ApiError::invalid(name, error))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use lambda_http::Body;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::EventId;

    const KNOWN: [&str; 3] = ["limit", "type", "cursor"];

    fn request() -> Request {
        Request::new(Body::Empty)
    }

    /// A query as it is sent: names and values, some of them known, some of them twice.
    fn sent() -> impl Strategy<Value = Vec<(String, String)>> {
        let name = prop_oneof![prop::sample::select(KNOWN.to_vec()).prop_map(str::to_owned), "\\PC{0,8}"];
        let value = prop_oneof!["[0-9]{1,40}", "[+-]?[0-9]{1,3}", "\\PC{0,12}"];
        prop::collection::vec((name, value), 0..5)
    }

    proptest! {
        #[test]
        fn a_query_is_read_when_it_is_known_and_said_once(sent in sent()) {
            let mut parameters: HashMap<String, Vec<String>> = HashMap::new();
            for (name, value) in &sent {
                parameters.entry(name.clone()).or_default().push(value.clone());
            }
            let plain = parameters.iter().all(|(name, values)| KNOWN.contains(&name.as_str()) && values.len() == 1);
            match Query::new(&request().with_query_string_parameters(parameters), &KNOWN) {
                Ok(query) => {
                    prop_assert!(plain);
                    prop_assert!(sent.iter().all(|(name, value)| query.text(name) == Some(value.as_str())));
                    match query.limit() {
                        Ok(limit) => prop_assert!((1..=MAX_LIMIT).contains(&limit)),
                        Err(error) => prop_assert!(error.to_string().contains("1 to 100")),
                    }
                }
                Err(ApiError::Invalid(detail)) => {
                    prop_assert!(!plain);
                    prop_assert!(sent.iter().any(|(name, _)| *name == detail.field || (name.is_empty() && detail.field == "query")));
                }
                Err(error) => panic!("{error}"),
            }
        }

        #[test]
        fn a_path_holds_an_id_or_is_refused(text in "(evt_|we_)?[0-9A-Za-z]{20,30}|\\PC{0,40}") {
            let request = request().with_path_parameters(HashMap::from([("id".to_owned(), text.clone())]));
            match id::<EventId>(&request) {
                Ok(id) => prop_assert_eq!(id.to_string(), text),
                Err(ApiError::Invalid(detail)) => prop_assert_eq!(detail.field, "id"),
                Err(error) => panic!("{error}"),
            }
        }
    }
}
