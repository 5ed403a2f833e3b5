//! Update expressions: what an item becomes.

use super::attribute::{Attribute, Item};
use super::expression::{Expression, Names, Operand};

/// An update, attribute by attribute.
#[derive(Debug)]
pub struct Update(Vec<(String, Step)>);

#[derive(Debug)]
enum Step {
    Set(Term),
    Remove,
    Add(Attribute),
}

/// What an attribute is set to.
#[derive(Debug)]
enum Term {
    Operand(Operand),
    IfNotExists(String, Box<Term>),
    ListAppend(Box<Term>, Box<Term>),
    Plus(Box<Term>, i128, Box<Term>),
}

impl Update {
    /// The update that this text is.
    pub fn read(text: &str, names: &Names, values: &Item) -> Result<Self, String> {
        let mut expression = Expression::new(text, names, values)?;
        let mut steps = Vec::new();
        while expression.peek().is_some() {
            let clause = expression.next()?.to_ascii_uppercase();
            loop {
                let name = expression.name()?;
                steps.push((name, Step::read(&clause, &mut expression)?));
                if !expression.take(",") {
                    break;
                }
            }
        }
        Ok(Self(steps))
    }

    /// The names of the attributes that it is about.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    /// What becomes of this item. All that is read is read as it was before.
    pub fn apply(&self, before: &Item) -> Result<Item, String> {
        let mut after = before.clone();
        for (name, step) in &self.0 {
            match step {
                Step::Set(term) => after.insert(name.clone(), term.of(before)?),
                Step::Remove => after.remove(name),
                Step::Add(number) => {
                    let nothing = Attribute::N("0".to_owned());
                    after.insert(name.clone(), before.get(name).unwrap_or(&nothing).plus(1, number)?)
                }
            };
        }
        Ok(after)
    }
}

impl Step {
    fn read(clause: &str, expression: &mut Expression<'_>) -> Result<Self, String> {
        match clause {
            "SET" => {
                expression.expect("=")?;
                Ok(Self::Set(Term::read(expression)?))
            }
            "REMOVE" => Ok(Self::Remove),
            "ADD" => Ok(Self::Add(expression.value()?)),
            other => Err(format!("no clause `{other}` is known")),
        }
    }
}

impl Term {
    fn read(expression: &mut Expression<'_>) -> Result<Self, String> {
        let first = Self::read_one(expression)?;
        let sign = if expression.take("+") {
            1
        } else if expression.take("-") {
            -1
        } else {
            return Ok(first);
        };
        Ok(Self::Plus(Box::new(first), sign, Box::new(Self::read_one(expression)?)))
    }

    fn read_one(expression: &mut Expression<'_>) -> Result<Self, String> {
        let term = if expression.take_function("if_not_exists") {
            let name = expression.name()?;
            expression.expect(",")?;
            Self::IfNotExists(name, Box::new(Self::read_one(expression)?))
        } else if expression.take_function("list_append") {
            let first = Self::read_one(expression)?;
            expression.expect(",")?;
            Self::ListAppend(Box::new(first), Box::new(Self::read_one(expression)?))
        } else {
            return Ok(Self::Operand(expression.operand()?));
        };
        expression.expect(")")?;
        Ok(term)
    }

    fn of(&self, item: &Item) -> Result<Attribute, String> {
        match self {
            Self::Operand(operand) => {
                operand.of(item).cloned().ok_or_else(|| format!("the item does not have {operand:?}"))
            }
            Self::IfNotExists(name, otherwise) => {
                item.get(name).map_or_else(|| otherwise.of(item), |has| Ok(has.clone()))
            }
            Self::ListAppend(first, then) => match (first.of(item)?, then.of(item)?) {
                (Attribute::L(first), Attribute::L(then)) => Ok(Attribute::L([first, then].concat())),
                (first, then) => Err(format!("{first:?} and {then:?} are not both lists")),
            },
            Self::Plus(first, sign, then) => first.of(item)?.plus(*sign, &then.of(item)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn updated(item: Value, text: &str) -> Result<Value, String> {
        let names = Names::from([("#list".to_owned(), "list".to_owned())]);
        let values = json!({
            ":one": { "N": "1" }, ":a": { "L": [{ "S": "a" }] }, ":empty": { "L": [] }, ":text": { "S": "text" },
        });
        let update = Update::read(text, &names, &serde_json::from_value(values).unwrap())?;
        let after = update.apply(&serde_json::from_value(item).unwrap())?;
        Ok(serde_json::to_value(after).unwrap())
    }

    #[test]
    fn each_clause_does_its_part() {
        let item = json!({ "count": { "N": "41" }, "old": { "S": "x" } });
        let after = updated(item, "SET new = :text, #list = :a REMOVE old, missing ADD count :one").unwrap();
        let a = json!({ "L": [{ "S": "a" }] });
        assert_eq!(after, json!({ "count": { "N": "42" }, "new": { "S": "text" }, "list": a }));
    }

    #[test]
    fn lists_grow_at_their_end() {
        let two = json!({ "list": { "L": [{ "S": "z" }, { "S": "a" }] } });
        let item = json!({ "list": { "L": [{ "S": "z" }] } });
        assert_eq!(updated(item.clone(), "SET #list = list_append(#list, :a)").unwrap(), two);
        let created = "SET #list = list_append(if_not_exists(#list, :empty), :a)";
        assert_eq!(updated(item, created).unwrap(), two);
        assert_eq!(updated(json!({}), created).unwrap(), json!({ "list": { "L": [{ "S": "a" }] } }));
        updated(json!({}), "SET #list = list_append(#list, :a)").unwrap_err();
    }

    #[test]
    fn numbers_add_up() {
        let item = json!({ "next": { "N": "1700000000000000" } });
        assert_eq!(updated(item.clone(), "SET next = next + :one").unwrap()["next"]["N"], "1700000000000001");
        assert_eq!(updated(item, "SET next = next - :one").unwrap()["next"]["N"], "1699999999999999");
        assert_eq!(updated(json!({}), "ADD edition :one").unwrap(), json!({ "edition": { "N": "1" } }));
        updated(json!({}), "SET next = next + :one").unwrap_err();
        updated(json!({}), "ADD edition :text").unwrap_err();
    }

    #[test]
    fn what_is_there_already_stays_if_it_is_to() {
        let item = json!({ "since": { "S": "then" } });
        assert_eq!(updated(item.clone(), "SET since = if_not_exists(since, :text)").unwrap(), item);
        let new = updated(json!({}), "SET since = if_not_exists(since, :text)").unwrap();
        assert_eq!(new, json!({ "since": { "S": "text" } }));
    }

    #[test]
    fn all_that_is_read_is_read_as_it_was_before() {
        let item = json!({ "a": { "N": "1" }, "b": { "N": "2" } });
        assert_eq!(updated(item, "SET a = b, b = a").unwrap(), json!({ "a": { "N": "2" }, "b": { "N": "1" } }));
    }

    #[test]
    fn what_is_not_understood_is_not_taken_for_something_else() {
        for text in ["DELETE a :one", "SET a", "SET a.b = :one", "SET a = :unknown", "SET a = size(b)", "a = :one"] {
            updated(json!({}), text).unwrap_err();
        }
    }
}
