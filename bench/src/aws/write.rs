//! Writes: what one would do, decided before it is done.

use serde::Deserialize;

use super::attribute::Item;
use super::capacity::{index_units, write_units};
use super::condition::Condition;
use super::expression::Names;
use super::table::{Key, PK, SK, Stored, Table};
use super::update::Update;

/// A write as a request puts it; which one, the operation says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Write {
    /// The table's name.
    pub table_name: String,
    /// What is put.
    pub item: Option<Item>,
    /// What is updated, deleted or looked at.
    pub key: Option<Item>,
    update_expression: Option<String>,
    condition_expression: Option<String>,
    expression_attribute_names: Names,
    expression_attribute_values: Item,
    return_values: Returned,
    return_values_on_condition_check_failure: Returned,
}

/// The kinds of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Another item in the place of what is there.
    Put,
    /// Another item, made of what is there.
    Update,
    /// Nothing in the place of what is there.
    Delete,
    /// A look whether a condition holds.
    Check,
}

/// Which attributes are returned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Returned {
    #[default]
    None,
    AllOld,
    AllNew,
    UpdatedOld,
    UpdatedNew,
}

/// What a write will do.
#[derive(Debug)]
pub struct Plan {
    key: Key,
    new: Option<Stored>,
    /// What it takes of the table.
    pub table_units: f64,
    /// What it takes of the index.
    pub index_units: f64,
    /// The attributes that are returned.
    pub attributes: Option<Item>,
}

/// Why a write will do nothing.
#[derive(Debug)]
pub enum Failure {
    /// Its condition does not hold.
    Condition {
        /// The item that is there, if it is to be told.
        existing: Option<Item>,
        /// What it takes nevertheless.
        units: f64,
    },
    /// It cannot be done at all, or not here.
    Invalid(String),
}

impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self::Invalid(problem)
    }
}

impl Write {
    /// The same, to this table.
    #[must_use]
    pub fn to(self, table: &str) -> Self {
        Self { table_name: table.to_owned(), ..self }
    }

    /// What it would do to its table.
    pub fn plan(&self, kind: Kind, table: &Table) -> Result<Plan, Failure> {
        let key = match (kind, &self.item, &self.key) {
            (Kind::Put, Some(item), None) => table.key_of(&Stored::new(item.clone()))?,
            (Kind::Update | Kind::Delete | Kind::Check, None, Some(key)) => table.key(key)?,
            _ => return Err(format!("{kind:?} takes either an item or a key").into()),
        };
        let old = table.get(&key);
        self.check(old)?;
        let update = self.update_expression.as_deref();
        let update = update.map(|text| self.read_update(text)).transpose()?;
        let new = match kind {
            Kind::Put => self.item.clone().map(Stored::new),
            Kind::Update => Some(self.updated(update.as_ref(), old)?),
            Kind::Delete => None,
            Kind::Check => old.cloned(),
        };
        if let Some(new) = &new
            && kind != Kind::Check
            && table.key_of(new)? != key
        {
            return Err("a key is never updated".to_owned().into());
        }
        let (table_units, index_units) = units(table, old, new.as_ref());
        let attributes = self.returned(old, new.as_ref(), update.as_ref())?;
        Ok(Plan { key, new, table_units, index_units, attributes })
    }

    fn check(&self, old: Option<&Stored>) -> Result<(), Failure> {
        let Some(text) = &self.condition_expression else { return Ok(()) };
        let condition = Condition::read(text, &self.expression_attribute_names, &self.expression_attribute_values)?;
        let holds = old.map_or_else(|| condition.holds(&Item::new()), |old| condition.holds(&old.item));
        if holds {
            return Ok(());
        }
        let existing = match self.return_values_on_condition_check_failure {
            Returned::None => None,
            Returned::AllOld => old.map(|old| Item::clone(&old.item)),
            other => return Err(format!("{other:?} is not returned on failure").into()),
        };
        Err(Failure::Condition { existing, units: write_units(size(old)) })
    }

    fn read_update(&self, text: &str) -> Result<Update, String> {
        Update::read(text, &self.expression_attribute_names, &self.expression_attribute_values)
    }

    fn updated(&self, update: Option<&Update>, old: Option<&Stored>) -> Result<Stored, String> {
        let new = || self.key.clone().unwrap_or_default();
        let before = old.map_or_else(new, |old| Item::clone(&old.item));
        if update.is_some_and(|update| update.names().any(|name| name == PK || name == SK)) {
            return Err("a key is never updated".to_owned());
        }
        Ok(Stored::new(update.map_or_else(|| Ok(before.clone()), |update| update.apply(&before))?))
    }

    fn returned(
        &self,
        old: Option<&Stored>,
        new: Option<&Stored>,
        update: Option<&Update>,
    ) -> Result<Option<Item>, String> {
        let all = |stored: Option<&Stored>| stored.map(|stored| Item::clone(&stored.item));
        let part = |stored: Option<&Stored>| {
            let named = update.into_iter().flat_map(Update::names);
            let attribute = |name: &String| Some((name.clone(), stored?.item.get(name)?.clone()));
            let attributes: Item = named.filter_map(attribute).collect();
            Some(attributes).filter(|attributes| !attributes.is_empty())
        };
        Ok(match (self.return_values, update) {
            (Returned::None, _) => None,
            (Returned::AllOld, _) => all(old),
            (Returned::AllNew, Some(_)) => all(new),
            (Returned::UpdatedOld, Some(_)) => part(old),
            (Returned::UpdatedNew, Some(_)) => part(new),
            (other, None) => return Err(format!("{other:?} is returned of updates alone")),
        })
    }
}

impl Plan {
    /// Does it.
    pub fn carry_out(self, table: &mut Table) {
        match self.new {
            Some(new) => table.put(self.key, new),
            None => table.remove(&self.key),
        }
    }

    /// All that it takes.
    pub fn units(&self) -> f64 {
        self.table_units + self.index_units
    }
}

fn units(table: &Table, old: Option<&Stored>, new: Option<&Stored>) -> (f64, f64) {
    let entry = |stored: Option<&Stored>| stored.filter(|_| table.indexed()).and_then(Stored::index_entry);
    let (goes, comes) = (entry(old), entry(new));
    let stays = goes.as_ref().map(|entry| &entry.item) == comes.as_ref().map(|entry| &entry.item);
    let size_of = |entry: Option<Stored>| entry.filter(|_| !stays).map(|entry| entry.size);
    (write_units(size(old).max(size(new))), index_units(size_of(goes), size_of(comes)))
}

fn size(stored: Option<&Stored>) -> usize {
    stored.map_or(0, |stored| stored.size)
}
