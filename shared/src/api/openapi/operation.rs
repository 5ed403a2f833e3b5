//! One operation of the API: what it takes, and what it may answer.

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Schemas;
use crate::api::error::ApiError;
use crate::domain::key::Scope;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Whoever has an API key.
    AnyKey,
    /// Whoever has one with this scope.
    Scope(Scope),
    /// Whoever signs with AWS credentials that IAM allows this path.
    Iam,
}

/// How a schema is made of a type.
type Describe = fn(&mut Schemas) -> Schema;
/// Whether bytes are what a type reads.
type Read = fn(&[u8]) -> Result<(), ApiError>;

/// A parameter in the path or the query.
#[derive(Debug)]
struct Parameter {
    name: &'static str,
    place: &'static str,
    description: &'static str,
    describe: Describe,
}

/// The body of a request.
#[derive(Debug)]
struct Taken {
    describe: Describe,
    read: Read,
    required: bool,
    example: Value,
}

/// An answer of success.
#[derive(Debug)]
struct Answer {
    status: u16,
    description: &'static str,
    content: Option<(&'static str, Describe, Value)>,
}

/// One route.
#[derive(Debug)]
pub struct Operation {
    /// Its method.
    pub method: &'static str,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    access: Access,
    parameters: Vec<Parameter>,
    taken: Option<Taken>,
    answers: Vec<Answer>,
    refusals: Vec<u16>,
}

impl Operation {
    /// The route of this method and path.
    pub(super) fn new(
        (method, path): (&'static str, &'static str),
        (tag, id): (&'static str, &'static str),
        summary: &'static str,
        access: Access,
    ) -> Self {
        let (parameters, taken, answers) = (Vec::new(), None, Vec::new());
        let refusals = match access {
            Access::Public => vec![],
            Access::AnyKey => vec![401, 429, 500, 503],
            Access::Scope(_) => vec![401, 403, 429, 500, 503],
            Access::Iam => vec![401, 500, 503],
        };
        Self { method, path, id, tag, summary, access, parameters, taken, answers, refusals }
    }

    /// With a parameter in the path. It may be malformed, or name nothing.
    pub(super) fn in_path<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("path", name, description).refuses(&[400, 404])
    }

    /// With a parameter in the query, which may be malformed.
    pub(super) fn in_query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("query", name, description).refuses(&[400])
    }

    /// With a header, which may be malformed.
    pub(super) fn in_header<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("header", name, description).refuses(&[400])
    }

    /// With a body, like this one.
    pub(super) fn takes<T: JsonSchema + DeserializeOwned>(self, example: Value) -> Self {
        self.body::<T>(true, example)
    }

    /// With a body that may be left out.
    pub(super) fn may_take<T: JsonSchema + DeserializeOwned>(self, example: Value) -> Self {
        self.body::<T>(false, example)
    }

    fn body<T: JsonSchema + DeserializeOwned>(mut self, required: bool, example: Value) -> Self {
        let describe: Describe = |schemas| schemas.sent.subschema_for::<T>();
        let read: Read = |bytes| crate::api::json::<T>(bytes).map(|_| ());
        self.taken = Some(Taken { describe, read, required, example });
        self.refuses(&[400, 413])
    }

    /// Answers with JSON, like this.
    pub(super) fn answers<T: JsonSchema>(mut self, status: u16, description: &'static str, example: Value) -> Self {
        let describe: Describe = |schemas| schemas.got.subschema_for::<T>();
        self.answers.push(Answer { status, description, content: Some(("application/json", describe, example)) });
        self
    }

    /// Answers with something else.
    pub(super) fn answers_with<T: JsonSchema>(
        mut self,
        status: u16,
        description: &'static str,
        media_type: &'static str,
    ) -> Self {
        let describe: Describe = |schemas| schemas.got.subschema_for::<T>();
        self.answers.push(Answer { status, description, content: Some((media_type, describe, Value::Null)) });
        self
    }

    /// Answers without a body.
    pub(super) fn answers_nothing(mut self, status: u16, description: &'static str) -> Self {
        self.answers.push(Answer { status, description, content: None });
        self
    }

    /// May also refuse with these.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses.iter().filter(|status| !self.refusals.contains(status)).collect::<Vec<_>>());
        self
    }

    fn parameter<T: JsonSchema>(mut self, place: &'static str, name: &'static str, description: &'static str) -> Self {
        let describe: Describe = |schemas| schemas.sent.subschema_for::<T>();
        self.parameters.push(Parameter { name, place, description, describe });
        self
    }

    /// Reads the example of its body as the route does.
    ///
    /// # Errors
    /// When that is no such body.
    pub fn read_example(&self) -> Result<(), ApiError> {
        self.taken.as_ref().map_or(Ok(()), |taken| (taken.read)(taken.example.to_string().as_bytes()))
    }

    /// As the document has it.
    pub(super) fn describe(&self, schemas: &mut Schemas) -> Value {
        let mut described = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "responses": self.responses(schemas),
        });
        let mut add = |name: &str, value: Value| {
            if let Some(described) = described.as_object_mut() {
                described.insert(name.to_owned(), value);
            }
        };
        match self.access {
            Access::Public => add("security", json!([])),
            Access::AnyKey => add("description", json!("Any API key will do.")),
            Access::Scope(scope) => add("description", json!(format!("Takes an API key with the scope `{scope}`."))),
            Access::Iam => {
                add("security", json!([{ "awsSigV4": [] }]));
                add(
                    "description",
                    json!("Takes no API key, but a request that is signed with AWS credentials (SigV4)."),
                );
            }
        }
        if !self.parameters.is_empty() {
            add("parameters", self.parameters.iter().map(|parameter| parameter.describe(schemas)).collect());
        }
        if let Some(Taken { describe, required, example, .. }) = &self.taken {
            let content = json!({ "application/json": { "schema": describe(schemas), "example": example } });
            add("requestBody", json!({ "required": required, "content": content }));
        }
        described
    }

    fn responses(&self, schemas: &mut Schemas) -> Map<String, Value> {
        let mut responses: Map<_, _> =
            self.answers.iter().map(|answer| (answer.status.to_string(), answer.describe(schemas))).collect();
        let refused = json!({ "$ref": "#/components/responses/Refused" });
        responses.extend(self.refusals.iter().map(|status| (status.to_string(), refused.clone())));
        if self.access == Access::Iam {
            responses.insert("403".to_owned(), json!({ "$ref": "#/components/responses/RefusedByGateway" }));
        }
        responses.sort_keys();
        responses
    }
}

impl Parameter {
    fn describe(&self, schemas: &mut Schemas) -> Value {
        let Self { name, place, description, describe } = self;
        let (required, schema) = (*place == "path", describe(schemas));
        json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
    }
}

impl Answer {
    fn describe(&self, schemas: &mut Schemas) -> Value {
        let mut described = json!({ "description": self.description });
        if let (Some(described), Some((media_type, describe, example))) = (described.as_object_mut(), &self.content) {
            let mut content = json!({ "schema": describe(schemas) });
            if let Some(content) = content.as_object_mut().filter(|_| !example.is_null()) {
                content.insert("example".to_owned(), example.clone());
            }
            described.insert("content".to_owned(), json!({ *media_type: content }));
        }
        described
    }
}

/// What API Gateway says to whom IAM does not allow the path.
pub(super) fn refused_by_gateway() -> Value {
    let schema = json!({ "type": "object", "properties": { "message": { "type": "string" } } });
    json!({
        "description": "API Gateway refused it: the signature is missing or wrong, or IAM does not allow the caller this path.",
        "content": { "application/json": { "schema": schema, "example": { "message": "Forbidden" } } },
    })
}

/// What every refusal looks like.
pub(super) fn refused(schema: &Schema) -> Value {
    let example = json!({
        "error": {
            "code": "VALIDATION_FAILED",
            "message": "url must begin with https://",
            "details": [{ "field": "url", "message": "must begin with https://" }],
        },
        "requestId": "JKJaXmPLvHcESHA=",
    });
    json!({
        "description": "It was not carried out. `error.code` tells why: VALIDATION_FAILED (400), UNAUTHORIZED (401), FORBIDDEN (403), \
    NOT_FOUND (404), CONFLICT (409), PAYLOAD_TOO_LARGE (413), IDEMPOTENCY_KEY_REUSED (422), RATE_LIMITED (429), INTERNAL (500), UNAVAILABLE (503).",
        "content": { "application/json": { "schema": schema, "example": example } },
    })
}
