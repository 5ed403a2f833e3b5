//! Queries: a part of one partition, page by page.

use std::ops::Bound;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attribute::{Attribute, Item};
use super::capacity::read_units;
use super::condition::{Comparator, Condition};
use super::expression::{Names, Operand, projection};
use super::table::{OPEN_INDEX, OPEN_KEY, PK, Place, SK, Stored, Table};

/// The most that one page looks at.
const PAGE_BYTES: usize = 1024 * 1024;

/// A query.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Query {
    /// The table's name.
    pub table_name: String,
    index_name: Option<String>,
    key_condition_expression: String,
    projection_expression: Option<String>,
    #[serde(default)]
    expression_attribute_names: Names,
    #[serde(default)]
    expression_attribute_values: Item,
    scan_index_forward: Option<bool>,
    limit: Option<usize>,
    exclusive_start_key: Option<Item>,
    #[serde(default)]
    consistent_read: bool,
    #[serde(default)]
    select: Select,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Select {
    #[default]
    AllAttributes,
    AllProjectedAttributes,
    SpecificAttributes,
    Count,
}

/// A page of what was found.
#[derive(Debug)]
pub struct Page {
    /// The answer.
    pub answer: Value,
    /// What it takes.
    pub units: f64,
}

/// Where a partition's part begins and ends.
type Part = (Bound<Place>, Bound<Place>);

impl Query {
    /// Reads a page. It takes as long as the page is, however long the partition.
    pub fn page(&self, table: &Table) -> Result<Page, String> {
        let open = match self.index_name.as_deref() {
            None => false,
            Some(OPEN_INDEX) if table.indexed() && !self.consistent_read => true,
            Some(other) => return Err(format!("{} has no such index: {other}", self.table_name)),
        };
        let (partition, part) = self.part(if open { OPEN_KEY } else { PK })?;
        let forward = self.scan_index_forward.unwrap_or(true);
        let part = self.after_start(part, forward, open)?;
        let (found, more) = self.take(table.between(open, &partition, part, forward));
        let units = read_units(found.iter().map(|found| found.size).sum(), self.consistent_read);
        Ok(Page { answer: self.answer(&found, more, open)?, units })
    }

    fn take<'a>(&self, found: impl Iterator<Item = &'a Stored>) -> (Vec<&'a Stored>, bool) {
        let (mut page, mut size) = (Vec::new(), 0);
        for stored in found {
            if size + stored.size > PAGE_BYTES && !page.is_empty() {
                return (page, true);
            }
            size += stored.size;
            page.push(stored);
            // Whether there is more it does not look.
            if self.limit == Some(page.len()) {
                return (page, true);
            }
        }
        (page, false)
    }

    fn answer(&self, found: &[&Stored], more: bool, open: bool) -> Result<Value, String> {
        let mut answer = Map::new();
        answer.insert("Count".to_owned(), found.len().into());
        answer.insert("ScannedCount".to_owned(), found.len().into());
        if self.select != Select::Count {
            let names = self.projection_expression.as_deref();
            let names = names.map(|text| projection(text, &self.expression_attribute_names)).transpose()?;
            let items = found.iter().map(|found| projected(&found.item, names.as_deref()));
            answer.insert("Items".to_owned(), items.collect());
        }
        if let Some(last) = found.last().filter(|_| more) {
            let keys: &[_] = if open { &[PK, SK, OPEN_KEY] } else { &[PK, SK] };
            let key: Map<_, _> =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), json!(last.item.get(*key)?)))).collect();
            answer.insert("LastEvaluatedKey".to_owned(), key.into());
        }
        Ok(answer.into())
    }

    /// The partition's key, and what part of it is asked for.
    fn part(&self, partition_key: &str) -> Result<(String, Part), String> {
        let text = &self.key_condition_expression;
        let condition = Condition::read(text, &self.expression_attribute_names, &self.expression_attribute_values)?;
        let (partition, sort) = match condition {
            Condition::And(partition, sort) => (*partition, Some(*sort)),
            partition => (partition, None),
        };
        match partition {
            Condition::Compare(Operand::Attribute(name), Comparator::Equal, Operand::Value(Attribute::S(key)))
                if name == partition_key =>
            {
                let part = sort.map_or(Some((Bound::Unbounded, Bound::Unbounded)), |sort| sort_part(&sort));
                Ok((key, part.ok_or_else(|| format!("`{text}` is no condition of a sort key"))?))
            }
            _ => Err(format!("`{text}` names no partition")),
        }
    }

    fn after_start(&self, (from, to): Part, forward: bool, open: bool) -> Result<Part, String> {
        let Some(start) = &self.exclusive_start_key else { return Ok((from, to)) };
        let key = |name| start.get(name).and_then(Attribute::text).map(str::to_owned);
        let tie = if open { key(PK) } else { Some(String::new()) };
        let start = Bound::Excluded(key(SK).zip(tie).ok_or("the start key is none")?);
        Ok(if forward { (start, to) } else { (from, start) })
    }
}

/// What of an item is told.
pub fn projected(item: &Item, names: Option<&[String]>) -> Value {
    match names {
        None => json!(item),
        Some(names) => {
            let attribute = |name: &String| Some((name.clone(), json!(item.get(name)?)));
            names.iter().filter_map(attribute).collect::<Map<_, _>>().into()
        }
    }
}

/// The places at which such sort keys stand.
fn sort_part(condition: &Condition) -> Option<Part> {
    let key = |operand: &Operand| match operand {
        Operand::Value(Attribute::S(key)) => Some(key.clone()),
        _ => None,
    };
    let of_sort_key = |operand: &Operand| *operand == Operand::Attribute(SK.to_owned());
    match condition {
        Condition::Compare(name, comparator, value) if of_sort_key(name) => {
            let key = key(value)?;
            match comparator {
                Comparator::Equal => Some((at(&key), after(&key))),
                Comparator::Before => Some((Bound::Unbounded, before(&key))),
                Comparator::UpTo => Some((Bound::Unbounded, after(&key))),
                Comparator::Beyond => Some((beyond(&key), Bound::Unbounded)),
                Comparator::From => Some((at(&key), Bound::Unbounded)),
                Comparator::Other => None,
            }
        }
        Condition::Between(name, first, last) if of_sort_key(name) => Some((at(&key(first)?), after(&key(last)?))),
        Condition::BeginsWith(name, prefix) if of_sort_key(name) => {
            let prefix = key(prefix)?;
            // No key has the last of all characters in it.
            Some((at(&prefix), before(&format!("{prefix}{}", char::MAX))))
        }
        _ => None,
    }
}

/// From this sort key on.
fn at(key: &str) -> Bound<Place> {
    Bound::Included((key.to_owned(), String::new()))
}

/// Beyond this sort key: from the next that there could be.
fn beyond(key: &str) -> Bound<Place> {
    at(&format!("{key}\0"))
}

/// Up to before this sort key.
fn before(key: &str) -> Bound<Place> {
    Bound::Excluded((key.to_owned(), String::new()))
}

/// Up to this sort key.
fn after(key: &str) -> Bound<Place> {
    before(&format!("{key}\0"))
}
