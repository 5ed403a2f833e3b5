//! Whether what is published must be as the catalog says.
//!
//! Where an operator asks for it, an event whose type is not in the catalog is refused, and one whose `data` do not fit the
//! type's schema. A change of the catalog is in force everywhere after a minute.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::catalog::{CatalogError, Checker, nearest};
use crate::domain::event::Data;
use crate::domain::pattern::EventType;
use crate::memory::Memory;
use crate::store::StoreError;
use crate::store::event_types::EventTypes;

/// How long what the catalog said of a type is believed.
const TRUST: Duration = Duration::from_secs(60);

/// How strict publishing is.
#[derive(Debug)]
pub enum Strictness {
    /// Any type may be published, with any data.
    Lenient,
    /// What the catalog says.
    Strict(Catalog),
}

/// The catalog, as publishing looks at it.
#[derive(Debug)]
pub struct Catalog {
    event_types: EventTypes,
    known: Memory<EventType, (Known, Instant)>,
    /// All names, for whoever misspelt one.
    names: Memory<(), (Arc<BTreeSet<EventType>>, Instant)>,
}

/// What the catalog says of a type.
#[derive(Debug, Clone)]
enum Known {
    Unknown,
    Anything,
    Schema(Arc<Checker>),
}

/// Why something may not be published.
#[derive(Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// Its type is not in the catalog.
    #[error("is not in the catalog{}", .0.as_ref().map_or_else(String::new, |name| format!("; did you mean `{name}`?")))]
    UnknownType(Option<EventType>),
    /// Its data do not fit.
    #[error("{problem}")]
    Data {
        /// Where.
        field: String,
        /// What is wrong there.
        problem: String,
    },
    /// The catalog could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Strictness {
    /// As this catalog says.
    pub fn strict(event_types: EventTypes) -> Self {
        Self::Strict(Catalog { event_types, known: Memory::default(), names: Memory::default() })
    }

    /// Whether an event of this type with these data may be published.
    ///
    /// # Errors
    /// When it may not, or that cannot be told.
    pub async fn admit(&self, event_type: &EventType, data: &Data) -> Result<(), NotAdmitted> {
        match self {
            Self::Lenient => Ok(()),
            Self::Strict(catalog) => catalog.admit(event_type, data).await,
        }
    }
}

impl Catalog {
    async fn admit(&self, event_type: &EventType, data: &Data) -> Result<(), NotAdmitted> {
        match self.look_up(event_type).await? {
            Known::Anything => Ok(()),
            Known::Schema(checker) => checker.check(&data.value()).map_err(|misfit| {
                let field = if misfit.path.is_empty() { "data".to_owned() } else { format!("data.{}", misfit.path) };
                NotAdmitted::Data { field, problem: misfit.problem }
            }),
            Known::Unknown => Err(NotAdmitted::UnknownType(nearest(event_type, &*self.names().await?).cloned())),
        }
    }

    async fn names(&self) -> Result<Arc<BTreeSet<EventType>>, StoreError> {
        if let Some(names) = self.names.believed(&(), TRUST) {
            return Ok(names);
        }
        let names = Arc::new(self.event_types.names().await?);
        self.names.learn((), names.clone());
        Ok(names)
    }

    async fn look_up(&self, event_type: &EventType) -> Result<Known, StoreError> {
        if let Some(known) = self.known.believed(event_type, TRUST) {
            return Ok(known);
        }
        let known = match self.event_types.find(event_type).await? {
            None => Known::Unknown,
            Some(entry) => match entry.schema.map(|schema| schema.checker()).transpose() {
                Ok(checker) => checker.map_or(Known::Anything, |checker| Known::Schema(Arc::new(checker))),
                Err(problem) => return Err(unreadable(&problem)),
            },
        };
        self.known.learn(event_type.clone(), known.clone());
        Ok(known)
    }
}

/// A schema that was one when it was put, and is none now.
fn unreadable(problem: &CatalogError) -> StoreError {
    StoreError::Unreadable { what: "event type", problem: problem.to_string() }
}
