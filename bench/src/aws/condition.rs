//! Conditions: whether an item is as a write wants it to be.

use std::cmp::Ordering;

use super::attribute::{Attribute, Item};
use super::expression::{Expression, Names, Operand};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Two values compare like this.
    Compare(Operand, Comparator, Operand),
    /// The first value is neither before the second nor beyond the third.
    Between(Operand, Operand, Operand),
    /// The item has an attribute of this name.
    Exists(String),
    /// The first text begins with the second.
    BeginsWith(Operand, Operand),
    /// Both hold.
    And(Box<Condition>, Box<Condition>),
    /// One holds.
    Or(Box<Condition>, Box<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `<>`
    Other,
    /// `<`
    Before,
    /// `<=`
    UpTo,
    /// `>`
    Beyond,
    /// `>=`
    From,
}

impl Condition {
    /// The condition that this text is.
    pub fn read(text: &str, names: &Names, values: &Item) -> Result<Self, String> {
        let mut expression = Expression::new(text, names, values)?;
        let condition = either(&mut expression)?;
        expression.end()?;
        Ok(condition)
    }

    /// Whether it holds of this item, or of none.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Compare(this, comparator, that) => comparator.holds(this.of(item), that.of(item)),
            Self::Between(value, from, to) => {
                Comparator::From.holds(value.of(item), from.of(item))
                    && Comparator::UpTo.holds(value.of(item), to.of(item))
            }
            Self::Exists(name) => item.contains_key(name),
            Self::BeginsWith(value, prefix) => {
                let text = |operand: &Operand| operand.of(item).and_then(Attribute::text).map(str::to_owned);
                text(value).zip(text(prefix)).is_some_and(|(value, prefix)| value.starts_with(&prefix))
            }
            Self::And(this, that) => this.holds(item) && that.holds(item),
            Self::Or(this, that) => this.holds(item) || that.holds(item),
            Self::Not(condition) => !condition.holds(item),
        }
    }
}

impl Comparator {
    fn read(expression: &mut Expression<'_>) -> Result<Self, String> {
        Ok(match expression.next()? {
            "=" => Self::Equal,
            "<>" => Self::Other,
            "<" => Self::Before,
            "<=" => Self::UpTo,
            ">" => Self::Beyond,
            ">=" => Self::From,
            other => return Err(format!("`{other}` compares nothing here")),
        })
    }

    /// What is not there is equal to nothing, other than anything, and has no place in an order.
    fn holds(self, this: Option<&Attribute>, that: Option<&Attribute>) -> bool {
        let both = this.zip(that);
        let equal = both.is_some_and(|(this, that)| this.equals(that));
        let order = both.and_then(|(this, that)| this.order(that));
        match self {
            Self::Equal => equal,
            Self::Other => !equal,
            Self::Before => order.is_some_and(Ordering::is_lt),
            Self::UpTo => order.is_some_and(Ordering::is_le),
            Self::Beyond => order.is_some_and(Ordering::is_gt),
            Self::From => order.is_some_and(Ordering::is_ge),
        }
    }
}

fn either(expression: &mut Expression<'_>) -> Result<Condition, String> {
    let mut condition = both(expression)?;
    while expression.take("OR") {
        condition = Condition::Or(Box::new(condition), Box::new(both(expression)?));
    }
    Ok(condition)
}

fn both(expression: &mut Expression<'_>) -> Result<Condition, String> {
    let mut condition = one(expression)?;
    while expression.take("AND") {
        condition = Condition::And(Box::new(condition), Box::new(one(expression)?));
    }
    Ok(condition)
}

fn one(expression: &mut Expression<'_>) -> Result<Condition, String> {
    if expression.take("NOT") {
        return Ok(Condition::Not(Box::new(one(expression)?)));
    }
    let closed = |condition, expression: &mut Expression<'_>| expression.expect(")").map(|()| condition);
    if expression.take("(") {
        let condition = either(expression)?;
        return closed(condition, expression);
    }
    if expression.take_function("attribute_exists") {
        let condition = Condition::Exists(expression.name()?);
        return closed(condition, expression);
    }
    if expression.take_function("attribute_not_exists") {
        let condition = Condition::Not(Box::new(Condition::Exists(expression.name()?)));
        return closed(condition, expression);
    }
    if expression.take_function("begins_with") {
        let value = expression.operand()?;
        expression.expect(",")?;
        let condition = Condition::BeginsWith(value, expression.operand()?);
        return closed(condition, expression);
    }
    comparison(expression)
}

fn comparison(expression: &mut Expression<'_>) -> Result<Condition, String> {
    let value = expression.operand()?;
    if expression.take("BETWEEN") {
        let from = expression.operand()?;
        expression.expect("AND")?;
        return Ok(Condition::Between(value, from, expression.operand()?));
    }
    let comparator = Comparator::read(expression)?;
    Ok(Condition::Compare(value, comparator, expression.operand()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds_of(item: serde_json::Value, text: &str) -> bool {
        let names = Names::from([("#status".to_owned(), "status".to_owned())]);
        let values = json!({
            ":one": { "N": "1" }, ":ten": { "N": "10" }, ":active": { "S": "active" }, ":act": { "S": "act" },
            ":list": { "L": [{ "S": "a" }] },
        });
        let values = serde_json::from_value(values).unwrap();
        Condition::read(text, &names, &values).unwrap().holds(&serde_json::from_value(item).unwrap())
    }

    fn holds(text: &str) -> bool {
        let item = json!({
            "pk": { "S": "a" }, "fence": { "N": "2" }, "status": { "S": "active" }, "list": { "L": [{ "S": "a" }] },
        });
        holds_of(item, text)
    }

    #[test]
    fn what_is_there_compares_by_its_value() {
        for true_of_it in [
            "fence > :one",
            "fence <= :ten",
            "fence <> :ten",
            ":one < fence",
            "fence BETWEEN :one AND :ten",
            "#status = :active",
            "list = :list",
            "begins_with(#status, :act)",
            "attribute_exists(pk)",
        ] {
            assert!(holds(true_of_it), "{true_of_it}");
            assert!(!holds(&format!("NOT {true_of_it}")), "NOT {true_of_it}");
        }
        for other_types in ["#status > :one", "#status = :one", "begins_with(fence, :act)"] {
            assert!(!holds(other_types), "{other_types}");
        }
    }

    #[test]
    fn what_is_not_there_is_only_other_than_anything() {
        assert!(holds("missing <> :one"));
        assert!(holds("attribute_not_exists(missing)"));
        for text in ["missing = :one", "missing < :one", "missing >= :one", "missing BETWEEN :one AND :ten"] {
            assert!(!holds(text), "{text}");
        }
        assert!(holds_of(json!({}), "attribute_not_exists(pk) OR expiresAt <= :one"));
        assert!(!holds_of(json!({}), "attribute_exists(pk) AND #status <> :active"));
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closer_than_both() {
        let (yes, no) = ("attribute_exists(pk)", "attribute_exists(missing)");
        assert!(holds(&format!("{yes} OR {no} AND {no}")));
        assert!(!holds(&format!("({yes} OR {no}) AND {no}")));
        assert!(holds(&format!("not {no} and {yes}")));
        assert!(!holds(&format!("NOT ({no} OR {yes})")));
        assert!(holds(&format!("fence BETWEEN :one AND :ten AND {yes}")));
    }

    #[test]
    fn what_is_not_understood_is_not_taken_for_something_else() {
        for text in [
            "",
            "pk",
            "pk =",
            "pk = :unknown",
            "#unknown = :one",
            "size(pk) > :one",
            "pk IN (:one)",
            "pk = :one pk",
            "(pk = :one",
            "a.b = :one",
        ] {
            let values = Item::from([(":one".to_owned(), Attribute::N("1".to_owned()))]);
            Condition::read(text, &Names::new(), &values).unwrap_err();
        }
    }
}
